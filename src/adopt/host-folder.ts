import type { StartedServer } from './started.ts';
import { volumeFolder } from './volume-folder.ts';

export interface FolderContext {
  readonly isAbsolute: (path: string) => boolean;
  /** The user's home folder, as this system writes paths. */
  readonly home: string;
}

/** The folder of the host that a text names: of a container it names a place inside. */
export function hostFolderOf(
  { folders, source }: StartedServer,
  { isAbsolute, home }: FolderContext,
): (text: string) => string | undefined {
  return (text) => {
    if (source.startsWith('image:')) return volumeFolder(folders, text);
    const whole = withHome(text, home);
    if (whole !== text) return whole;
    // A relative one is below the folder that the client starts its servers in, for mcpcat as for any other.
    return isAbsolute(text) || ofClient.test(text) || /^([A-Za-z]:[\\/]|\.{1,2}([\\/]|$))/.test(text)
      ? text
      : undefined;
  };
}

/** With the folders of this machine that its container was given written out. */
export function withHomeFolders(started: StartedServer, home: string): StartedServer {
  const folders = [...started.folders].map(([inside, folder]) => [inside, withHome(folder, home)] as const);
  const readOnly = [...started.readOnly].map((folder) => withHome(folder, home));
  return { ...started, folders: new Map(folders), readOnly: new Set(readOnly) };
}

function withHome(text: string, home: string): string {
  const [, rest] = ofHome.exec(text) ?? [];
  return rest === undefined ? text : `${home}${rest}`;
}

/** As shells, editors and servers write it. */
const ofHome = /^(?:~|\$HOME|\$\{HOME\}|\$\{env:HOME\}|\$\{userHome\}|%USERPROFILE%)((?:[\\/].*)?)$/s;

/** What editors fill in: the project's folder. */
const ofClient = /^\$\{(workspaceFolder|workspaceRoot)\}([\\/]|$)/;

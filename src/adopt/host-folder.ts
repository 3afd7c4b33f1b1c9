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
    const [, rest] = ofHome.exec(text) ?? [];
    if (rest !== undefined) return `${home}${rest}`;
    // A relative one is below the folder that the client starts its servers in, for mcpcat as for any other.
    return isAbsolute(text) || ofClient.test(text) || /^([A-Za-z]:[\\/]|\.{1,2}([\\/]|$))/.test(text)
      ? text
      : undefined;
  };
}

/** As shells, editors and servers write it. */
const ofHome = /^(?:~|\$HOME|\$\{HOME\}|\$\{env:HOME\}|\$\{userHome\}|%USERPROFILE%)((?:[\\/].*)?)$/s;

/** What editors fill in: the project's folder. */
const ofClient = /^\$\{(workspaceFolder|workspaceRoot)\}([\\/]|$)/;

import type { Entry } from '../catalog/entry.ts';
import { adoptedSettings } from './adopted-settings.ts';
import { hostFolderOf, withHomeFolders, type FolderContext } from './host-folder.ts';
import { mountsAndOwn } from './mounts-and-own.ts';
import { isPlaceholder } from './placeholder.ts';
import { heldKey } from './setting-options.ts';
import type { StartedServer } from './started.ts';

/** The same server as an entry of ours: what goes where. */
export interface AdoptedStart {
  readonly server: string;
  /** Options of `run` and the server's own arguments. */
  readonly args: readonly string[];
  /** Settings for the client's file. */
  readonly plain: Readonly<Record<string, string>>;
  /** Texts of both that the client fills in. */
  readonly references: readonly string[];
  /** Settings for the store. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Settings for which a placeholder stands (`<YOUR_KEY>`): they go nowhere, and have no value yet. */
  readonly unfilled: Readonly<Record<string, string>>;
  /** What can't be carried over, one sentence each; with any of them it is not adopted unless a person says so. */
  readonly lost: readonly string[];
}

export interface AdoptContext extends FolderContext {
  /** Whether a text is a reference that the client fills in (`${input:key}`, `$KEY`): such a value stays where it is. */
  readonly isReference: (text: string) => boolean;
}

/** Arguments become mounts and settings as far as the entry declares them; the rest stays the server's own. */
export function adoptedStart(entry: Entry, found: StartedServer, context: AdoptContext): AdoptedStart {
  const started = withHomeFolders(found, context.home);
  const hostFolder = hostFolderOf(started, context);
  const { isReference } = context;
  const settings = adoptedSettings(entry, started, { isReference, hostFolder });
  const { plain, secrets, unfilled, args } = settings;
  const lost = [...settings.lost];
  for (const volume of started.volumes)
    lost.push(`it keeps data in the volume ${volume}, which stays where it is`);
  const { mounts, own } = mountsAndOwn(
    entry,
    { ...started, args },
    { hostFolder, given: settings.mounts, lost },
  );
  const missing = entry.permissions.mounts.filter(
    ({ name, required }) => required && !mounts.some(([mount]) => mount === name),
  );
  for (const { name } of missing)
    lost.push(`the entry needs a folder for its mount "${name}", and the line names none`);
  lost.push(...openArguments(own, isReference));
  const words = [
    'run',
    entry.name,
    ...started.envFiles.flatMap((file) => ['--env-file', file]),
    ...mounts.flatMap(([name, folder, mode]) => [
      '--mount',
      `${name}=${folder}${mode === 'rw' ? ':rw' : ''}`,
    ]),
    ...(own.length === 0 ? [] : ['--', ...own]),
  ];
  const references = [...Object.values(plain), ...words].filter(isReference);
  return { server: entry.name, args: words, plain, references, secrets, unfilled, lost };
}

/** What of the server's own arguments a person has to look at. */
function openArguments(own: readonly string[], isReference: (text: string) => boolean): string[] {
  const key = heldKey(own.map((word) => (isReference(word) ? '' : word)));
  const open = own.filter((word) =>
    isPlaceholder({ name: '', value: word.replace(/^--?[\w-]+=/, ''), isSecret: false }),
  );
  return [
    ...(key === undefined
      ? []
      : [`its argument ${key} holds a key, which would stay in the client’s file and the list of processes`]),
    ...open
      .filter((word) => !isReference(word))
      .map((word) => `its argument ${word} only stands where a value belongs`),
  ];
}

import type { Entry } from '../catalog/entry.ts';
import { adoptedSettings, type Mount } from './adopted-settings.ts';
import type { StartedServer } from './started.ts';
import { unmountedFolders, volumeFolder } from './volume-folder.ts';

/** The same server as an entry of ours: what goes where. */
export interface AdoptedStart {
  readonly server: string;
  /** Options of `run` and the server's own arguments. */
  readonly args: readonly string[];
  /** Settings for the client's file. */
  readonly plain: Readonly<Record<string, string>>;
  /** Names of those that the client fills in. */
  readonly references: readonly string[];
  /** Settings for the store. */
  readonly secrets: Readonly<Record<string, string>>;
  /** What can't be carried over, one sentence each; with any of them it is not adopted unless a person says so. */
  readonly lost: readonly string[];
}

export interface AdoptContext {
  /** Whether a text is a reference that the client fills in (`${input:key}`, `$KEY`): such a value stays where it is. */
  readonly isReference: (text: string) => boolean;
  readonly isAbsolute: (path: string) => boolean;
}

/** Arguments become mounts and settings as far as the entry declares them; the rest stays the server's own. */
export function adoptedStart(entry: Entry, started: StartedServer, context: AdoptContext): AdoptedStart {
  const hostFolder = hostFolderOf(started, context);
  const { isReference } = context;
  const settings = adoptedSettings(entry, started, { isReference, hostFolder });
  const { plain, secrets, args } = settings;
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
  return {
    server: entry.name,
    args: [
      'run',
      entry.name,
      ...mounts.flatMap(([name, folder, mode]) => [
        '--mount',
        `${name}=${folder}${mode === 'rw' ? ':rw' : ''}`,
      ]),
      ...(own.length === 0 ? [] : ['--', ...own]),
    ],
    plain,
    references: Object.keys(plain).filter((name) => context.isReference(plain[name] ?? '')),
    secrets,
    lost,
  };
}

/** The folder of the host that a text names: of a container it names a place inside. */
function hostFolderOf(
  { folders, source }: StartedServer,
  { isAbsolute }: AdoptContext,
): (text: string) => string | undefined {
  return (text) =>
    source.startsWith('image:')
      ? volumeFolder(folders, text)
      : isAbsolute(text) || /^(~|\$HOME|\$\{HOME\})([\\/]|$)/.test(text)
        ? text
        : undefined;
}

interface Places {
  readonly hostFolder: (text: string) => string | undefined;
  /** Mounts that are taken already. */
  readonly given: readonly Mount[];
  readonly lost: string[];
}

function mountsAndOwn(
  entry: Entry,
  { args, folders }: StartedServer,
  { hostFolder, given, lost }: Places,
): { readonly mounts: readonly Mount[]; readonly own: readonly string[] } {
  const declared = entry.permissions.mounts;
  const mounts: Mount[] = [...given];
  const own: string[] = [];
  const fixed = withoutFixed(entry, args);
  const give = (folder: string): string | undefined => {
    const free = declared.find(
      ({ name, many }) => many === true || !mounts.some(([mount]) => mount === name),
    );
    // What a setting has named is no second folder; what an argument has named may be given to two mounts.
    const known = mountWith(folder, free === undefined ? mounts : given);
    if (known !== undefined) return declared.find(({ name }) => name === known)?.target;
    if (free === undefined) {
      lost.push(`it is given ${folder}, and the entry has no mount for that`);
      return undefined;
    }
    if (/^[~$]/.test(folder)) lost.push(`${folder}: no program fills that in; write the whole path`);
    mounts.push([free.name, folder, free.mode]);
    return free.target;
  };
  for (const [index, word] of fixed.entries()) {
    const [, option, value] = /^(--?[\w-]+)=(.+)$/s.exec(word) ?? [];
    const folder = hostFolder(value ?? word);
    if (folder === undefined) {
      own.push(word);
      continue;
    }
    const target = give(folder);
    const follows = /^--?[\w-]+$/.test(fixed[index - 1] ?? '') && value === undefined;
    // A folder that stands alone is one that the entry's own arguments name already.
    if (target !== undefined && (option !== undefined || follows))
      own.push(option === undefined ? target : `${option}=${target}`);
  }
  const mounted = mounts.map(([, folder]) => folder);
  for (const folder of unmountedFolders(folders, mounted)) give(folder);
  return { mounts, own };
}

function mountWith(folder: string, mounts: readonly Mount[]): string | undefined {
  return mounts.find(([, taken]) => taken === folder)?.[0];
}

/** What the entry's own arguments say is left out: the launcher says it. */
function withoutFixed(entry: Entry, args: readonly string[]): readonly string[] {
  const fixed = entry.args;
  return fixed.length > 0 && fixed.every((word, index) => args[index] === word)
    ? args.slice(fixed.length)
    : args;
}

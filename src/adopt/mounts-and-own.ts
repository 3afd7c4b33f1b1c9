import type { Entry } from '../catalog/entry.ts';
import type { Mount } from './adopted-settings.ts';
import type { StartedServer } from './started.ts';
import { isInside, unmountedFolders } from './volume-folder.ts';

interface Places {
  readonly hostFolder: (text: string) => string | undefined;
  /** Mounts that are taken already. */
  readonly given: readonly Mount[];
  readonly lost: string[];
}

/** Folders among the arguments become mounts, and the arguments name the place inside; the rest stays as it is. */
export function mountsAndOwn(
  entry: Entry,
  { args, folders, readOnly, source }: StartedServer,
  { hostFolder, given, lost }: Places,
): { readonly mounts: readonly Mount[]; readonly own: readonly string[] } {
  const declared = entry.permissions.mounts;
  const mounts: Mount[] = [...given];
  const own: string[] = [];
  const fixed = withoutFixed(entry, args);
  const give = (folder: string, option?: string): string | undefined => {
    const all = declared.filter(
      ({ name, many }) => many === true || !mounts.some(([mount]) => mount === name),
    );
    const free = all.find((mount) => isAbout(mount, option)) ?? all[0];
    // What a setting has named is no second folder; what an argument has named may be given to two mounts.
    const known = mountWith(folder, free === undefined ? mounts : given);
    if (known !== undefined) return declared.find(({ name }) => name === known)?.target;
    if (free === undefined) {
      lost.push(`it is given ${folder}, and the entry has no mount for that`);
      return undefined;
    }
    if (!isAbout(free, option))
      lost.push(
        `its ${option ?? 'argument'} names ${folder}, which would be the mount "${free.name}": whether that is meant, the entry does not say`,
      );
    mounts.push([free.name, folder, isInside(folder, readOnly) ? 'ro' : free.mode]);
    return free.target;
  };
  for (const [index, word] of fixed.entries()) {
    const [, option, value] = /^(--?[\w-]+)=(.+)$/s.exec(word) ?? [];
    const folder = hostFolder(value ?? word);
    if (folder === undefined) {
      // A folder of an image that its volumes lie in: they are mounts of their own, and the entry names them.
      if (!source.startsWith('image:') || !holds(word, folders)) own.push(word);
      continue;
    }
    const before = value === undefined ? /^--?[\w-]+$/.exec(fixed[index - 1] ?? '')?.[0] : undefined;
    const target = give(folder, option ?? before);
    // A folder that stands alone is one that the entry's own arguments name already; an option needs its value.
    if (target === undefined && before !== undefined) own.pop();
    else if (target !== undefined && (option !== undefined || before !== undefined))
      own.push(option === undefined ? target : `${option}=${target}`);
  }
  const mounted = mounts.map(([, folder]) => folder);
  for (const folder of unmountedFolders(folders, mounted)) give(folder);
  return { mounts, own };
}

/** Words that any option with a path may have. */
const general = new Set(
  'dir dirs directory directories path paths folder folders file files root base in out input output work working workspace allowed data local project'.split(
    ' ',
  ),
);

/** Whether an option (`--output-dir`) can mean this mount: nothing else is said of it, or a word that the mount has too. */
function isAbout(
  { name, target, description }: Entry['permissions']['mounts'][number],
  option: string | undefined,
): boolean {
  const words = stems((option ?? '').replaceAll(/([a-z])([A-Z])/g, '$1 $2'));
  const special = words.filter((word) => !general.has(word) && word.length > 1);
  const own = new Set(stems(`${name} ${target} ${description}`));
  return words.some((word) => own.has(word)) || special.length === 0;
}

function stems(text: string): readonly string[] {
  return (text.toLowerCase().match(/[a-z]+/g) ?? []).map((word) => word.replace(/(?<=..)s$/, ''));
}

function holds(word: string, folders: StartedServer['folders']): boolean {
  return (
    word.startsWith('/') &&
    [...folders.keys()].some((target) => target.startsWith(`${word.replace(/\/$/, '')}/`))
  );
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

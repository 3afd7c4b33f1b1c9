/*
 * What no server is ever handed, as data. Paths are lists of segments; a drive of Windows is `mnt/LETTER`, as WSL shows
 * it, so one table fits all systems.
 */

/** Top-level folders that belong to the system whole. `/var` and `/private/var` have a rule of their own. */
const systemNames: ReadonlySet<string> = new Set([
  'bin',
  'boot',
  'dev',
  'efi',
  'etc',
  'gnu',
  'lost+found',
  'nix',
  'ostree',
  'proc',
  'root',
  'run',
  'sbin',
  'snap',
  'sys',
  'sysroot',
  'usr',
  // macOS
  'Applications',
  'Library',
  'Network',
  'System',
  'cores',
]);

/** Below `/var`: all that is not the system's. */
const ownPartsOfVar: ReadonlySet<string> = new Set(['folders', 'home', 'tmp', 'www']);

/** Below a drive of Windows; everything else of a drive is the users'. */
const windowsNames: ReadonlySet<string> = new Set([
  '$Recycle.Bin',
  'Boot',
  'EFI',
  'PerfLogs',
  'Program Files',
  'Program Files (x86)',
  'ProgramData',
  'Recovery',
  'System Volume Information',
  'Windows',
]);

/** Parents of home folders by custom. */
const homeParents: readonly (readonly string[])[] = [['home'], ['Users'], ['var', 'home']];

/**
 * Hidden folders of a home that hold a user's own work and nothing that a program keeps or the system runs. Everything
 * else that begins with a dot is refused, also what nobody has heard of yet.
 */
const ownHidden: ReadonlySet<string> = new Set(['.notes', '.scratch', '.tmp', '.wiki', '.worktrees']);

/** Folders of a home without a dot where programs keep keys and sessions, or that the system runs programs from. */
const programFolders: readonly (readonly string[])[] = [
  ['AppData'],
  ['Applications'],
  ['Library'],
  ['bin'],
  ['go', 'bin'],
  ['snap'],
];

/** Below macOS's `~/Library`: what is shown as a disk of the user's. */
const cloudFolders: ReadonlySet<string> = new Set(['CloudStorage', 'Mobile Documents']);

/** In anybody's home, a backup or a project: the account a launcher runs under need not be the one whose keys these are. */
const credentialNames: ReadonlySet<string> = new Set([
  '.aws',
  '.azure',
  '.docker',
  '.gnupg',
  '.kube',
  '.password-store',
  '.ssh',
]);

/** Segments of an absolute path: `/mnt/c/x` and `C:\x` alike are `mnt c x`. */
export function segmentsOf(path: string): readonly string[] {
  const [, drive, rest] = /^(?:\\\\\?\\)?([A-Za-z]):[\\/]?(.*)$/.exec(path) ?? [];
  if (drive !== undefined) return ['mnt', drive.toLowerCase(), ...split(rest ?? '', /[\\/]/)];
  return split(path, '/');
}

function split(text: string, separator: string | RegExp): string[] {
  return text.split(separator).filter((segment) => segment !== '');
}

/** Windows is not case-sensitive on its drives, whoever mounts them. */
export function isDrivePath(segments: readonly string[]): boolean {
  return segments[0] === 'mnt' && /^[A-Za-z]$/.test(segments[1] ?? '');
}

/** One spelling for all that mean the same on a file system that knows no case; also of accents. */
export function folded(segment: string): string {
  return segment.normalize('NFC').toLowerCase();
}

/** How names compare where a path lies. */
export type Fold = (segment: string) => string;

/** The segments of the home that a path lies in by custom, whoever's it is. */
export function homeByCustom(segments: readonly string[], fold: Fold): readonly string[] | undefined {
  const onDrive = isDrivePath(segments) ? 2 : 0;
  const parent = homeParents.find((names) =>
    names.every((name, index) => fold(segments[onDrive + index] ?? '') === fold(name)),
  );
  const depth = onDrive + (parent?.length ?? 0) + 1;
  return parent === undefined || segments.length < depth ? undefined : segments.slice(0, depth);
}

/** A folder that holds homes by custom, or a whole drive, or everything. */
export function holdsHomes(segments: readonly string[], fold: Fold): boolean {
  if (segments.length === 0 || (segments.length === 1 && segments[0] === 'mnt')) return true;
  if (isDrivePath(segments) && segments.length === 2) return true;
  const onDrive = isDrivePath(segments) ? 2 : 0;
  const rest = segments.slice(onDrive).map(fold);
  return homeParents.some(
    (parent) => parent.length === rest.length && parent.every((name, index) => fold(name) === rest[index]),
  );
}

/** Part of the system, by its place alone. */
export function isSystem(segments: readonly string[], fold: Fold): boolean {
  const has = (names: ReadonlySet<string>, name: string | undefined): boolean =>
    name !== undefined && [...names].some((one) => fold(one) === fold(name));
  const [first = '', second, third] = segments;
  if (isDrivePath(segments)) return has(windowsNames, third);
  // WSL's own: sockets, and the system's other half.
  if (fold(first) === 'mnt' && /^wslg?$/.test(second ?? '')) return true;
  if (fold(first) === 'private')
    return second === undefined || fold(second) === 'etc' || isOfVar(segments.slice(1), has, fold);
  return (
    has(systemNames, first) ||
    /^lib(?:x?\d+)?$/.test(fold(first)) ||
    first.startsWith('.') ||
    isOfVar(segments, has, fold)
  );
}

function isOfVar(
  [first, second]: readonly string[],
  has: (names: ReadonlySet<string>, name: string | undefined) => boolean,
  fold: Fold,
): boolean {
  return first !== undefined && fold(first) === 'var' && !has(ownPartsOfVar, second);
}

/** Why a place below a home (its segments from there on) is refused. */
export function refusedBelowHome(below: readonly string[], fold: Fold): string | undefined {
  const [first] = below;
  if (first === undefined) return undefined;
  if (first.startsWith('.') && !ownHidden.has(fold(first)))
    return 'is a hidden place of a home, where programs keep keys, sessions and settings';
  const program = programFolders.find((place) =>
    place.every((name, index) => index >= below.length || fold(below[index] ?? '') === fold(name)),
  );
  if (program === undefined) return undefined;
  const isCloud =
    program[0] === 'Library' &&
    below.length > 1 &&
    [...cloudFolders].some((name) => fold(name) === fold(below[1] ?? ''));
  return isCloud ? undefined : 'is a folder of a home that programs keep their data in or are started from';
}

/** Where systems keep the certificates of authorities, for every program to read. */
const certificateFolders: readonly (readonly string[])[] = [
  ['etc', 'ca-certificates'],
  ['etc', 'pki', 'ca-trust'],
  ['etc', 'ssl', 'certs'],
  ['private', 'etc', 'ssl'],
  ['usr', 'local', 'share', 'ca-certificates'],
  ['usr', 'share', 'ca-certificates'],
];

/** By its place and its name. Whether everybody may read it is for the caller to look up. */
export function isPublicCertificate(segments: readonly string[]): boolean {
  const isThere = certificateFolders.some((folder) =>
    folder.every((name, index) => segments[index] === name),
  );
  return isThere && /\.(pem|crt|cer)$/i.test(segments.at(-1) ?? '');
}

/** A name that means credentials wherever it stands. */
export function isCredentialName(segment: string): boolean {
  return credentialNames.has(folded(segment));
}

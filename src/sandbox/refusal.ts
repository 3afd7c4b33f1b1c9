import { isNetworkPath } from '../host/windows-paths.ts';
import type { Paths } from './sandbox.ts';
import {
  folded,
  holdsHomes,
  homeByCustom,
  isCredentialName,
  isDrivePath,
  isPublicCertificate,
  isSystem,
  refusedBelowHome,
  segmentsOf,
  type Fold,
} from './refused-folders.ts';

/**
 * Why a folder (without symbolic links) is never handed over; undefined if it may be. Judged by its place, and by what
 * it is: another spelling or a second mount of a refused folder is refused too.
 */
export function refusal(source: string, paths: Paths): string | undefined {
  if (isNetworkPath(source)) return 'is a place on the network, which no engine can hand over';
  const judged = placeOf(source, paths);
  return (
    homeReason(judged) ??
    ownReason(judged) ??
    systemReason(judged) ??
    hiddenReason(judged) ??
    (paths.holdsSocket(source) ? 'holds a socket, through which a server could leave its sandbox' : undefined)
  );
}

/**
 * Why a single file (without symbolic links) is never handed over. One in a hidden place of one's own home may be, unlike
 * a folder there: the entry declares a file and the user names this one. What is mcpcat's or the system's stays refused,
 * but for certificates that everybody may read.
 */
export function fileRefusal(
  source: string,
  { writing, paths }: { readonly writing: boolean; readonly paths: Paths },
): string | undefined {
  if (isNetworkPath(source)) return 'is a place on the network, which no engine can hand over';
  const judged = placeOf(source, paths);
  const mode = paths.ownerOf(source)?.mode ?? 0;
  const isPublic = !writing && (mode & 0o004) !== 0 && isPublicCertificate(judged.segments);
  return (
    homeReason(judged) ??
    ownReason(judged) ??
    (isPublic ? undefined : systemReason(judged)) ??
    (isOthers(judged) ? hiddenReason(judged) : undefined)
  );
}

/** In a home by custom that is not this account's: an engine reads what its owner alone may. */
function isOthers({ segments, fold, homes }: Judged): boolean {
  const own = homes.some((home) => home.segments.length > 0 && startsWith(segments, home.segments, fold));
  return !own && homeByCustom(segments, fold) !== undefined;
}

/** Whether something lies where programs keep keys, sessions and settings, and what kind of place it is. */
export function hiddenPlace(source: string, paths: Paths): string | undefined {
  return hiddenReason(placeOf(source, paths));
}

/** Whether a place is a user's own work: no part of the system, and nothing that its programs keep. */
export function isOwnPlace(source: string, paths: Paths): boolean {
  const judged = placeOf(source, paths);
  return systemReason(judged) === undefined && hiddenReason(judged) === undefined;
}

/** What a folder is compared with. */
interface Judged {
  readonly source: string;
  readonly segments: readonly string[];
  readonly fold: Fold;
  readonly paths: Paths;
  /** Without links, and where they are there. */
  readonly homes: readonly Known[];
  /** Device and inode of the folder and of everything above it. */
  readonly chain: ReadonlySet<string>;
}

/** A folder that we know of. */
interface Known {
  readonly path: string;
  readonly segments: readonly string[];
}

function placeOf(source: string, paths: Paths): Judged {
  const segments = segmentsOf(source);
  const caseless = paths.caseless || isDrivePath(segments);
  return {
    source,
    segments,
    fold: caseless ? folded : (segment) => segment,
    paths,
    homes: paths.homes.map((home) => known(home, paths)),
    chain: new Set(chainOf(source, paths)),
  };
}

function known(path: string, paths: Paths): Known {
  const real = paths.realPath(path) ?? path;
  return { path: real, segments: segmentsOf(real) };
}

/** From a folder up. The file system's root is everybody's and tells nothing. */
function chainOf(path: string, paths: Paths): string[] {
  const separator = /^[A-Za-z]:\\/.test(path) ? '\\' : '/';
  const names = path.split(separator);
  const above = names.map((_, index) => names.slice(0, names.length - index).join(separator));
  return above
    .filter((one) => one !== '' && !/^[A-Za-z]:$/.test(one))
    .flatMap((one) => paths.identityOf(one) ?? []);
}

function startsWith(long: readonly string[], short: readonly string[], fold: Fold): boolean {
  return short.every((name, index) => long[index] !== undefined && fold(name) === fold(long[index]));
}

/** The folder is another one or lies in it: by name, or as what it is. */
function isWithin({ segments, fold, chain, paths }: Judged, outer: Known): boolean {
  if (startsWith(segments, outer.segments, fold)) return true;
  const identity = outer.segments.length === 0 ? undefined : paths.identityOf(outer.path);
  return identity !== undefined && chain.has(identity);
}

/** The folder is another one or contains it. */
function holds({ source, segments, fold, paths }: Judged, inner: Known): boolean {
  if (startsWith(inner.segments, segments, fold)) return true;
  const identity = paths.identityOf(source);
  return identity !== undefined && chainOf(inner.path, paths).includes(identity);
}

function homeReason(judged: Judged): string | undefined {
  const { segments, fold, homes } = judged;
  const isHome =
    homes.some((home) => holds(judged, home)) ||
    holdsHomes(segments, fold) ||
    homeByCustom(segments, fold)?.length === segments.length;
  return isHome ? 'is or contains a home folder or a whole drive' : undefined;
}

function ownReason(judged: Judged): string | undefined {
  const { paths } = judged;
  const own = paths.ownFolders.map((folder) => known(folder, paths));
  return own.some((folder) => isWithin(judged, folder) || holds(judged, folder))
    ? 'holds what mcpcat keeps: its settings, its consents and the code that it loads'
    : undefined;
}

/** Some homes lie in a system folder (/root, /var/lib/jenkins): what is in such a home counts by the home's rules. */
function systemReason(judged: Judged): string | undefined {
  const { segments, fold, homes, paths, chain } = judged;
  if (homes.some((home) => home.segments.length > 0 && startsWith(segments, home.segments, fold)))
    return undefined;
  const reason = 'is part of the system';
  if (isSystem(segments, fold)) return reason;
  const elsewhere = ['/boot', '/etc', '/proc', '/run', '/sys', '/usr', '/var/lib', '/root'].some((folder) => {
    const identity = paths.identityOf(folder);
    return identity !== undefined && chain.has(identity);
  });
  return elsewhere ? reason : undefined;
}

function hiddenReason(judged: Judged): string | undefined {
  const { segments, fold, homes } = judged;
  if (segments.some(isCredentialName)) return 'holds credentials';
  const custom = homeByCustom(segments, fold);
  const around = [
    ...homes.filter((home) => startsWith(segments, home.segments, fold)).map((home) => home.segments),
    ...(custom === undefined ? [] : [custom]),
  ];
  for (const home of around) {
    const reason = refusedBelowHome(segments.slice(home.length), fold);
    if (reason !== undefined) return reason;
  }
  return linkedFromHome(judged);
}

/** `~/.config` may be a link to a folder that is not hidden, or be mounted a second time elsewhere. */
function linkedFromHome({ homes, fold, paths, chain }: Judged): string | undefined {
  for (const { path, segments } of homes) {
    if (segments.length === 0) continue;
    for (const { name } of paths.entries(path)) {
      const reason = refusedBelowHome([name], fold);
      const identity = reason === undefined ? undefined : paths.identityOf(`${path}/${name}`);
      if (identity !== undefined && chain.has(identity)) return reason;
    }
  }
  return undefined;
}

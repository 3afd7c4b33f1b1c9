import path from 'node:path';
import type { Paths } from './sandbox.ts';

/** Never handed over, nor anything that contains them or lies in them. */
const systemFolders = [
  '/bin',
  '/boot',
  '/dev',
  '/etc',
  '/lib',
  '/lib64',
  '/proc',
  '/root',
  '/run',
  '/sbin',
  '/sys',
  '/usr',
  '/var/lib',
  '/var/run',
  // macOS, where /etc and /var are links
  '/Library',
  '/System',
  '/private/etc',
  '/private/var/db',
  '/private/var/run',
];

/** Folders and files below a home folder: keys, tokens, browser profiles, and where engines keep their sockets. */
const credentialPlaces = [
  '.aws',
  '.azure',
  '.cargo/credentials.toml',
  '.claude',
  '.codex',
  '.colima',
  '.config/chromium',
  '.config/gcloud',
  '.config/gh',
  '.config/google-chrome',
  '.config/op',
  '.config/rclone',
  '.cursor',
  '.docker',
  '.git-credentials',
  '.gnupg',
  '.kube',
  '.lima',
  '.local/share/containers',
  '.local/share/keyrings',
  '.mozilla',
  '.netrc',
  '.npmrc',
  '.orbstack',
  '.password-store',
  '.pypirc',
  '.rd',
  '.ssh',
  '.terraform.d',
  '.vault-token',
  'Library/Application Support',
  'Library/Keychains',
];

/** In anybody's home: the account a launcher runs under need not be the one whose keys these are. */
const credentialNames = new Set(['.aws', '.azure', '.docker', '.gnupg', '.kube', '.password-store', '.ssh']);
/** Parents of home folders by custom. */
const homeParents = ['/home', '/Users'];

/** Why a folder (without symbolic links) is never handed over; undefined if it may be. */
export function refusal(source: string, paths: Paths): string | undefined {
  const homes = paths.homes.map((home) => paths.realPath(home) ?? home);
  const isHome =
    homes.some((home) => contains(source, home)) ||
    homeParents.some((parent) => source === parent || path.dirname(source) === parent);
  if (isHome) return 'is or contains a home folder';
  if (systemFolders.some((folder) => related(folder, source) && !isOwnPart({ folder, source, homes })))
    return 'is part of the system';
  const places = homes.flatMap((home) => credentialPlaces.map((place) => path.join(home, place)));
  const named = source.split(path.sep).some((name) => credentialNames.has(name));
  if (named || places.some((place) => related(place, source))) return 'holds credentials';
  if (paths.holdsSocket(source)) return 'holds a socket, through which a server could leave its sandbox';
  return undefined;
}

/** Some homes lie in a system folder (/root, /var/lib/jenkins): what is in such a home counts by the home's rules. */
function isOwnPart({
  folder,
  source,
  homes,
}: {
  folder: string;
  source: string;
  homes: readonly string[];
}): boolean {
  return homes.some((home) => contains(folder, home) && contains(home, source));
}

function contains(outer: string, inner: string): boolean {
  const relative = path.relative(outer, inner);
  return relative === '' || (relative.split(path.sep)[0] !== '..' && !path.isAbsolute(relative));
}

function related(a: string, b: string): boolean {
  return contains(a, b) || contains(b, a);
}

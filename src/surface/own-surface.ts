import { createHmac, hash, randomBytes } from 'node:crypto';
import { linkSync, readFileSync, statSync } from 'node:fs';
import { foldersBelowHome } from '../host/folders-below-home.ts';
import { codeOf, isNothingThere } from '../lib/error-code.ts';
import { McpcatError } from '../lib/errors.ts';
import { writeOwnNow } from '../lib/write-now.ts';
import type { Places } from '../settings/read.ts';
import { knownAs } from './late-lists.ts';
import { readSurface } from './read-surface.ts';
import { surfaceText } from './surface-text.ts';
import { surfaceVersion, type RevisionSurface, type Surface } from './surface.ts';

/** All that decides what a server offers: its image and what the user gives it. */
export interface OwnStart {
  /** Of the image, `sha256:…`. */
  readonly image: string;
  /** Names and values, secrets too: only an HMAC of them is kept. */
  readonly settings: Readonly<Record<string, string>>;
  readonly args: readonly string[];
}

/**
 * What a server offers with the user's own settings, as it was at its first start: kept in mcpcat's data folder, one
 * file for each image and settings. Undefined if nothing was recorded. Throws `entry-invalid` for a file that is
 * damaged or somebody else's: models would read what stands in it.
 */
export function readOwnSurface(start: OwnStart, places: Places): Surface | undefined {
  const file = surfacePath(start, places);
  const text = ownText(file, places);
  return text === undefined ? undefined : knownAs(readSurface(text, file), hash('sha256', text));
}

/**
 * Records one revision of it; what was recorded of that revision before stays. Gives what is recorded now. Throws what
 * `readOwnSurface` throws, and what the system says.
 */
export function recordOwnSurface(start: OwnStart, revision: RevisionSurface, places: Places): Surface {
  const before = readOwnSurface(start, places);
  const known = before?.revisions ?? [];
  if (before !== undefined && known.some((one) => one.protocolVersion === revision.protocolVersion))
    return before;
  const surface: Surface = {
    surfaceVersion,
    dependsOn: 'settings',
    triedSettings: [],
    revisions: [...known, revision],
  };
  const file = surfacePath(start, places);
  const text = surfaceText(surface);
  const readable = readSurface(text, file);
  writeOwnNow(file, text);
  return readable;
}

/**
 * Whether the reviewed surface holds for who gives these optional settings: where it depends on settings, or one of them
 * was never tried, it is not known.
 */
export function holdsFor({ dependsOn, triedSettings }: Surface, given: readonly string[]): boolean {
  if (given.length === 0) return true;
  return dependsOn === 'nothing' && given.every((name) => triedSettings.includes(name));
}

function surfacePath(start: OwnStart, places: Places): string {
  return places.host.path.join(folderOf(places), `${keyOf(start, places)}.json`);
}

function folderOf(places: Places): string {
  return places.host.path.join(foldersBelowHome(places).data, 'surfaces');
}

/** Without the key nobody can try out which secret gives this name. */
function keyOf({ image, settings, args }: OwnStart, places: Places): string {
  const sorted = Object.entries(settings).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHmac('sha256', secretKey(places))
    .update(JSON.stringify([image, sorted, args]))
    .digest('hex');
}

const keyBytes = 32;

/** Made once, readable by this user alone. Of two that make it at once the first one stays. */
function secretKey(places: Places): Buffer {
  const file = places.host.path.join(folderOf(places), 'key');
  const known = ownText(file, places) ?? madeKey(file, places);
  const key = Buffer.from(known.trim(), 'hex');
  if (key.length === keyBytes) return key;
  throw new McpcatError(
    'io-failed',
    `${file}: expected a key of ${String(keyBytes)} bytes, found something else`,
    {
      hint: 'remove it: what servers offer with your settings is recorded anew, then',
    },
  );
}

function madeKey(file: string, places: Places): string {
  try {
    writeOwnNow(file, `${randomBytes(keyBytes).toString('hex')}\n`, { place: linkSync });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
  return ownText(file, places) ?? '';
}

function ownText(file: string, { host }: Places): string | undefined {
  try {
    const text = readFileSync(file, 'utf8');
    if (host.owns(statSync(file))) return text;
  } catch (error) {
    if (isNothingThere(error)) return undefined;
    throw new McpcatError('io-failed', `can't read ${file}`, { cause: error });
  }
  throw new McpcatError('io-failed', `${file} belongs to another user`, {
    hint: 'remove it, and look who else may write there',
  });
}

import { renameSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeFolderNow } from '../lib/make-folder.ts';
import type { CatalogSource } from '../catalog/catalog-source.ts';
import type { Entry } from '../catalog/entry.ts';
import { schemaVersion } from '../catalog/quick.ts';
import { digest } from '../lib/digest.ts';
import { ageText, copyFiles, copyVersion, isOwn, ownText } from './copy-files.ts';
import type { ListedImage } from './listing.ts';

/** Of the entry, and of what is kept around it. */
const keptVersion = `${String(schemaVersion)}.1`;

interface Request {
  readonly source: Exclude<CatalogSource, { kind: 'folder' }>;
  readonly name: string;
  /** mcpcat's cache folder. */
  readonly cache: string;
  /** One line for people, without its end. */
  readonly say: (line: string) => void;
}

/** What a launch needs to know of a server. */
export interface QuickServer {
  readonly entry: Entry;
  /** Undefined if nobody has published one. */
  readonly image: ListedImage | undefined;
  readonly exists: (name: string) => boolean;
}

/** A server of a listing as it is kept: valid as long as the file is the very same. */
interface Kept {
  readonly version: string;
  readonly file: string;
  readonly state: string;
  readonly entry: Entry;
  readonly image: ListedImage | null;
  readonly names: readonly string[];
}

/** Milliseconds that a copy counts as new for a launch, and that an address is left alone after it was asked in vain. */
const fresh = 60 * 60_000;
const quiet = 5 * 60_000;

/**
 * A server of a catalog.json for a launch. Reading all of it, zod and the network cost more than the rest of the start
 * together, so the checked entry is kept beside the state of the file it came from. An address is only asked when its
 * copy is an hour old. Throws what `openListing` throws, and `entry-unknown`.
 */
export async function quickServer(request: Request): Promise<QuickServer> {
  const { source, name, cache, say } = request;
  if (source.kind === 'file') return facts(await serverIn({ file: source.file, name, cache, say }));
  const copy = usableCopy(source.url, cache);
  // A server that it does not have may have been added since; a copy of another mcpcat may be of another form.
  const found =
    copy === undefined
      ? undefined
      : await serverIn({ file: copy.file, name, cache, say }).catch(() => undefined);
  if (found === undefined) {
    const { openServer } = await import('./open-server.ts');
    return facts(await openServer({ source, name, cache, say, haste: 'launch' }));
  }
  if (copy?.warning !== undefined) say(copy.warning);
  return facts(found);
}

type Found = Pick<Kept, 'entry' | 'image' | 'names'>;

function facts({ entry, image, names }: Found): QuickServer {
  return { entry, image: image ?? undefined, exists: (name) => names.includes(name) };
}

interface Wanted {
  readonly file: string;
  readonly name: string;
  readonly cache: string;
}

async function serverIn({ say, ...wanted }: Wanted & Pick<Request, 'say'>): Promise<Found> {
  const { file, name, cache } = wanted;
  const plain = /^[a-z0-9-]+$/.test(name);
  const known = plain ? readKept(wanted) : undefined;
  if (known !== undefined) return known;
  const { openServer } = await import('./open-server.ts');
  const before = stateOf(file);
  const found = await openServer({ source: { kind: 'file', file }, name, cache, say, haste: 'launch' });
  const state = stateOf(file);
  if (plain && state !== undefined && state === before && !isRacy(file))
    keep(wanted, { version: keptVersion, file, state, ...found });
  return found;
}

interface UsableCopy {
  readonly file: string;
  /** What is said when it is used. */
  readonly warning?: string;
}

/** The copy of an address that need not be asked now, if there is one. */
function usableCopy(url: string, cache: string): UsableCopy | undefined {
  const files = copyFiles(cache, url);
  try {
    const known: unknown = JSON.parse(ownText(files.facts));
    if (typeof known !== 'object' || known === null) return undefined;
    const at = (key: string): number => Number(Reflect.get(known, key) ?? 0);
    if (Reflect.get(known, 'url') !== url || at('copyVersion') !== copyVersion) return undefined;
    if (!isOwn(files.text)) return undefined;
    const now = Date.now();
    const within = (since: number, time: number): boolean => since <= now && now - since < time;
    if (within(at('checkedAt'), fresh)) return { file: files.text };
    if (!within(at('failedAt'), quiet)) return undefined;
    return {
      file: files.text,
      warning: `the catalog ${url} did not answer a few minutes ago; this is the copy of ${ageText(now - at('checkedAt'))} ago`,
    };
  } catch {
    return undefined;
  }
}

/** Changes with every write: a file that is written has another time of change, one that is replaced another number. */
function stateOf(file: string): string | undefined {
  const found = statSync(file, { bigint: true, throwIfNoEntry: false });
  if (found === undefined) return undefined;
  return [found.dev, found.ino, found.size, found.mtimeNs, found.ctimeNs].join('-');
}

/** Two writes in one tick of the file system's clock look like one (git has the same care with its index). */
function isRacy(file: string): boolean {
  return Date.now() - statSync(file).ctimeMs < 2000;
}

function keptFile({ cache, file, name }: Wanted): string {
  return path.join(cache, 'listed', `${name}-${digest(file)}.json`);
}

function readKept(wanted: Wanted): Kept | undefined {
  const { file } = wanted;
  try {
    // Written by us from a checked listing, by rename: whole.
    const kept = JSON.parse(ownText(keptFile(wanted))) as Kept;
    const valid = kept.version === keptVersion && kept.file === file && kept.state === stateOf(file);
    return valid ? kept : undefined;
  } catch {
    return undefined;
  }
}

function keep(wanted: Wanted, kept: Kept): void {
  try {
    const file = keptFile(wanted);
    makeFolderNow(path.dirname(file), 0o700);
    const temporary = `${file}.${String(process.pid)}`;
    writeFileSync(temporary, JSON.stringify(kept), { mode: 0o600 });
    renameSync(temporary, file);
  } catch {
    // A cache that can't be written only costs time.
  }
}

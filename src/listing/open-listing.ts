import { readFile, stat } from 'node:fs/promises';
import type { CatalogSource } from '../catalog/catalog-source.ts';
import { McpcatError, messageOf } from '../lib/errors.ts';
import { ageText } from './copy-files.ts';
import { fetchListing } from './fetch-listing.ts';
import type { Listing } from './listing.ts';
import { keepCopy, noteAnswer, readCopy, type Copy } from './offline-copy.ts';
import { mostBytes, parseListing } from './parse-listing.ts';

export interface OpenRequest {
  readonly source: Exclude<CatalogSource, { kind: 'folder' }>;
  /** mcpcat's cache folder. */
  readonly cache: string;
  /** A launch does not wait long for news, where there is a copy. */
  readonly haste: 'launch' | 'patient';
  /** One line for people, without its end. */
  readonly say: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Milliseconds for the whole answer. */
const deadlines = { launch: 1500, patient: 10_000, withoutCopy: 30_000 } as const;

/** A catalog.json from a file or an address, checked. Throws `entry-invalid`, `io-failed` or `upstream-unavailable`. */
export async function openListing(request: OpenRequest): Promise<Listing> {
  const { source } = request;
  return source.kind === 'file' ? readListing(source.file) : askedListing(request, source.url);
}

async function readListing(file: string): Promise<Listing> {
  return parseListing(await textOf(file), file);
}

async function textOf(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size <= mostBytes) return await readFile(file, 'utf8');
  } catch (error) {
    throw new McpcatError('io-failed', `can't read the catalog ${file}`, {
      hint: 'name another',
      inputs: [{ name: 'catalog' }],
      cause: error,
    });
  }
  throw new McpcatError(
    'entry-invalid',
    `${file}: expected up to ${String(mostBytes / 1024 ** 2)} MB, found more`,
  );
}

/**
 * The newest that the address has; if that can't be had or is no good, the copy of what it had, which is said. Nothing
 * but a checked answer takes the copy's place.
 */
async function askedListing(request: OpenRequest, url: string): Promise<Listing> {
  const copy = await readCopy(request.cache, url);
  try {
    return await newest(request, { url, copy });
  } catch (error) {
    const held = copy === undefined ? undefined : heldListing(copy);
    if (copy === undefined || held === undefined || request.signal?.aborted === true) throw error;
    await noteAnswer(request.cache, copy, { failedAt: Date.now() });
    request.say(`${messageOf(error)}; this is the copy of ${ageText(Date.now() - copy.checkedAt)} ago`);
    return held;
  }
}

async function newest(
  { cache, haste, signal }: OpenRequest,
  { url, copy }: { readonly url: string; readonly copy: Copy | undefined },
): Promise<Listing> {
  const deadlineMs = copy === undefined ? deadlines.withoutCopy : deadlines[haste];
  const answer = await fetchListing(url, { conditions: copy ?? {}, deadlineMs, signal });
  const checkedAt = Date.now();
  if (answer.kind === 'same') {
    if (copy === undefined)
      throw new McpcatError('upstream-unavailable', `the catalog ${url}: it answers 304 to who has nothing`);
    const listing = parseListing(copy.text, url);
    await noteAnswer(cache, copy, { checkedAt });
    return listing;
  }
  const { text, etag, lastModified } = answer;
  const listing = parseListing(text, url);
  await keepCopy(cache, { url, text, checkedAt, etag, lastModified });
  return listing;
}

/** A copy that an older or newer mcpcat has kept may not be of the form that this one checks. */
function heldListing({ text, url }: Copy): Listing | undefined {
  try {
    return parseListing(text, url);
  } catch {
    return undefined;
  }
}

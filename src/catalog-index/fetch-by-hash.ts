import { McpcatError } from '../lib/errors.ts';
import { writeWhole } from '../lib/folders.ts';
import { ownText, toolsCopy } from './copy-files.ts';
import { fetchCatalogIndex } from './fetch-catalog-index.ts';

export interface ByHash<T> {
  /** Of the text, in hex. */
  readonly sha256: string;
  /** Reads the text, and throws for one that has another hash; `from` is where it is from. */
  readonly parse: (text: string, from: string) => T;
  /** mcpcat's cache folder. */
  readonly cache: string;
  readonly signal?: AbortSignal | undefined;
}

const deadlineMs = 30_000;

/**
 * What a file beside a catalog.json says, from its address or from the copy with its hash: what has this hash never
 * changes, so a copy needs no question. Throws what `parse` throws, or `upstream-unavailable`.
 */
export async function fetchByHash<T>(url: string, { sha256, parse, cache, signal }: ByHash<T>): Promise<T> {
  const copy = toolsCopy(cache, sha256);
  const held = heldCopy(copy, parse);
  if (held !== undefined) return held;
  const answer = await fetchCatalogIndex(url, { conditions: {}, deadlineMs, signal });
  if (answer.kind === 'same')
    throw new McpcatError('upstream-unavailable', `${url}: it answers 304 to who has nothing`);
  const found = parse(answer.text, url);
  await writeWhole(copy, answer.text).catch(() => undefined); // A cache that can't be written only costs time.
  return found;
}

function heldCopy<T>(copy: string, parse: ByHash<T>['parse']): T | undefined {
  try {
    return parse(ownText(copy), copy);
  } catch {
    return undefined;
  }
}

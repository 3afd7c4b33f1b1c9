import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { thisHost } from '../host/this-host.ts';
import { digest } from '../lib/digest.ts';
import { keepNow } from '../lib/write-now.ts';
import type { Entry } from './entry.ts';

/** Raised with every change of the schema, so that no stale parse is used. */
export const schemaVersion = 5;

interface Request {
  readonly folder: string;
  readonly name: string;
  readonly cache: string;
}

/** A parse that is kept: valid as long as text and schema are the very same. */
interface Persisted {
  readonly schemaVersion: number;
  readonly text: string;
  readonly entry: Entry;
}

/**
 * The entry for a launch. YAML and zod cost more than the rest of the start together, so the parsed entry is kept
 * beside the text it came from; the same text can only give the same entry. What can't be kept is parsed each time.
 */
export async function quickEntry({ folder, name, cache }: Request): Promise<Entry> {
  const source = path.join(folder, name, 'server.yaml');
  const text = readText(source);
  if (text === undefined || !/^[a-z0-9-]+$/.test(name)) return parse(folder, name);
  const file = path.join(cache, 'entries', `${name}-${digest(path.resolve(folder))}.json`);
  const kept = readPersisted(file);
  if (kept?.text === text && kept.schemaVersion === schemaVersion) return kept.entry;
  const entry = await parse(folder, name);
  // The loader has read the file itself: if somebody wrote it in between, the two do not belong together.
  if (readText(source) === text) keepNow(file, { schemaVersion, text, entry } satisfies Persisted);
  return entry;
}

/** Whether a catalog has an entry of this name, without reading any. */
export function entryExists(folder: string): (name: string) => boolean {
  return (name) => existsSync(path.join(folder, name, 'server.yaml'));
}

async function parse(folder: string, name: string): Promise<Entry> {
  const { loadServer } = await import('./load.ts');
  return (await loadServer(folder, name)).entry;
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** A file of another user is not believed. */
function readPersisted(file: string): Persisted | undefined {
  try {
    if (!thisHost().owns(statSync(file))) return undefined;
    // Written by us from a checked entry, by rename: whole.
    return JSON.parse(readFileSync(file, 'utf8')) as Persisted;
  } catch {
    return undefined;
  }
}

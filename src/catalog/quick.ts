import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Entry } from './entry.ts';

/** Raised with every change of the schema, so that no stale parse is used. */
const schemaVersion = 2;

/**
 * The entry for a launch. YAML and zod cost more than the rest of the start together, so the parsed entry is kept
 * under the hash of its text; the same text can only give the same entry. What can't be cached is parsed each time.
 */
export async function quickEntry({
  folder,
  name,
  cache,
}: {
  folder: string;
  name: string;
  cache: string;
}): Promise<Entry> {
  const text = readText(path.join(folder, name, 'server.yaml'));
  if (text !== undefined && /^[a-z0-9-]+$/.test(name)) {
    const hash = createHash('sha256')
      .update(`${String(schemaVersion)}\n${name}\n${text}`)
      .digest('hex');
    const file = path.join(cache, 'entries', `${hash}.json`);
    return readCached(file) ?? (await parseAndKeep({ folder, name, file }));
  }
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
function readCached(file: string): Entry | undefined {
  try {
    if (statSync(file).uid !== process.getuid?.()) return undefined;
    // Written by us from a checked entry, by rename: whole, and of the hash that names it.
    return JSON.parse(readFileSync(file, 'utf8')) as Entry;
  } catch {
    return undefined;
  }
}

async function parseAndKeep({
  folder,
  name,
  file,
}: {
  folder: string;
  name: string;
  file: string;
}): Promise<Entry> {
  const { loadServer } = await import('./load.ts');
  const { entry } = await loadServer(folder, name);
  try {
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    const temporary = `${file}.${randomUUID()}`;
    writeFileSync(temporary, JSON.stringify(entry), { mode: 0o600 });
    renameSync(temporary, file);
  } catch {
    // A cache that can't be written only costs time.
  }
  return entry;
}

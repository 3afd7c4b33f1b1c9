import { open, readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { unzipSync, type UnzipFileInfo } from 'fflate';
import { McpcatError, messageOf } from '../lib/errors.ts';
import { filesInDirectory } from './zip-directory.ts';

/** One file that may hold a record. */
export interface RecordFile {
  readonly name: string;
  /** Undefined where it is larger than any record: then it is not read. */
  readonly text: string | undefined;
}

/** OSV's largest records have some hundred kilobytes. */
const maxRecordBytes = 8 << 20;
const maxFiles = 1_000_000;
const maxZipBytes = 1 << 30;
/** What is unpacked at a time. */
const batchBytes = 64 << 20;

/** The records of a folder, with those below it, or of a zip as OSV and Go's database are handed out. Throws `io-failed`. */
export async function* recordFiles(place: string): AsyncGenerator<RecordFile> {
  const found = await stat(place).catch((error: unknown) => {
    throw unreadable(place, messageOf(error));
  });
  if (found.isDirectory()) yield* filesOfFolder(place);
  else if (found.size > maxZipBytes) throw unreadable(place, 'it is larger than 1 GiB');
  else yield* filesOfZip(place);
}

async function* filesOfFolder(folder: string): AsyncGenerator<RecordFile> {
  const names = (await readdir(folder, { recursive: true })).filter(isRecord).toSorted();
  if (names.length > maxFiles) throw unreadable(folder, `more than ${String(maxFiles)} files`);
  for (const name of names) yield { name, text: await textOf(path.join(folder, name)) };
}

async function textOf(file: string): Promise<string | undefined> {
  await using handle = await open(file).catch((error: unknown) => {
    throw unreadable(file, messageOf(error));
  });
  const found = await handle.stat();
  return !found.isFile() || found.size > maxRecordBytes ? undefined : handle.readFile('utf8');
}

/** Not all at once: what a whole ecosystem unpacks to would fill a memory. */
async function* filesOfZip(file: string): AsyncGenerator<RecordFile> {
  const zip = await readFile(file);
  const entries: UnzipFileInfo[] = [];
  let seen = 0;
  unzip(file, zip, (entry) => {
    seen += 1;
    if (entries.length > maxFiles) throw unreadable(file, `more than ${String(maxFiles)} files`);
    if (isRecord(entry.name)) entries.push(entry);
    return false;
  });
  // Records that were not read are no sign that all is well.
  const files = filesInDirectory(zip) ?? 0;
  if (files !== seen)
    throw unreadable(
      file,
      `its directory gives ${String(seen)} files and has ${String(files)}: pack it anew`,
    );
  for (const batch of batches(entries)) {
    const wanted = new Set(batch.map(({ name }) => name));
    const texts = unzip(
      file,
      zip,
      ({ name, originalSize }) => wanted.has(name) && originalSize <= maxRecordBytes,
    );
    for (const { name } of batch) {
      const content = texts[name];
      yield { name, text: content === undefined ? undefined : Buffer.from(content).toString('utf8') };
    }
  }
}

function* batches(entries: readonly UnzipFileInfo[]): Generator<UnzipFileInfo[]> {
  let batch: UnzipFileInfo[] = [];
  let bytes = 0;
  for (const entry of entries) {
    batch.push(entry);
    bytes += Math.min(entry.originalSize, maxRecordBytes);
    if (bytes < batchBytes) continue;
    yield batch;
    [batch, bytes] = [[], 0];
  }
  if (batch.length > 0) yield batch;
}

function unzip(
  file: string,
  zip: Uint8Array,
  filter: (entry: UnzipFileInfo) => boolean,
): Readonly<Record<string, Uint8Array>> {
  try {
    return unzipSync(zip, { filter });
  } catch (error) {
    if (error instanceof McpcatError) throw error;
    throw unreadable(file, `expected a folder or a zip of OSV records (${messageOf(error)})`);
  }
}

/** Of Go's module, only what its database serves. */
function isRecord(name: string): boolean {
  if (!name.endsWith('.json')) return false;
  return !name.startsWith('golang.org/x/vulndb@') || name.includes('/data/osv/');
}

function unreadable(place: string, reason: string): McpcatError {
  return new McpcatError('io-failed', `${place}: can't read advisories: ${reason}`, {
    hint: 'osv.dev hands out one zip for each ecosystem (all.zip)',
  });
}

import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';
import tar from 'tar-stream';
import { McpcatError } from '../lib/errors.ts';
import { wholeFolder } from '../lib/whole-folder.ts';
import { archiveName } from './archive-name.ts';

/** `NAME/FILE` and nothing else. */
const entryFile = /^([a-z0-9-]+)\/[A-Za-z0-9][A-Za-z0-9.-]*$/;
/** Milliseconds that a copy of another release is kept after it was last used. */
const unusedMs = 30 * 24 * 3_600_000;

/**
 * A folder with the catalog that came with a package. It has the name of its content, so each release of mcpcat has its
 * own, and takes its name when it is whole: whoever comes meanwhile makes another, and one of them stays. Throws
 * `io-failed` if the archive is not there.
 */
export async function unpackedCatalog(catalogJson: string, cache: string): Promise<string> {
  const packed = path.dirname(catalogJson);
  const archive = await readArchive(path.join(packed, archiveName));
  const all = path.join(cache, 'catalog');
  const folder = path.join(all, createHash('sha256').update(archive).digest('hex').slice(0, 32));
  if ((await stat(folder).catch(() => undefined)) === undefined) {
    await wholeFolder(folder, (temporary) => extractTo(temporary, archive), 0o700);
    await removeUnused(all);
  }
  const now = new Date();
  await utimes(folder, now, now).catch(() => undefined); // only so that it is known to be used
  return folder;
}

async function readArchive(file: string): Promise<Buffer> {
  return readFile(file).catch((error: unknown) => {
    throw new McpcatError('io-failed', `can't read the locks that mcpcat came with: ${file}`, {
      hint: 'install mcpcat again',
      cause: error,
    });
  });
}

async function extractTo(folder: string, archive: Buffer): Promise<void> {
  const names = new Set<string>();
  const entries = tar.extract();
  const reading = pipeline(Readable.from([archive]), createBrotliDecompress(), entries);
  reading.catch(() => undefined); // the loop hears of it
  for await (const entry of entries) {
    const name = entryOf(entry.header);
    if (!names.has(name)) await mkdir(path.join(folder, name));
    names.add(name);
    await writeFile(path.join(folder, entry.header.name), await buffer(entry));
  }
  await reading;
}

/** The entry that a file of the archive belongs to. */
function entryOf({ name, type }: tar.Header): string {
  const entry = entryFile.exec(name)?.[1];
  if (entry !== undefined && type === 'file') return entry;
  throw new McpcatError(
    'io-failed',
    `the locks that mcpcat came with: expected files of entries, found "${name}"`,
  );
}

async function removeUnused(all: string): Promise<void> {
  for (const name of await readdir(all)) {
    const folder = path.join(all, name);
    const { mtimeMs } = await stat(folder).catch(() => ({ mtimeMs: Infinity }));
    if (Date.now() - mtimeMs > unusedMs) await rm(folder, { recursive: true, force: true });
  }
}

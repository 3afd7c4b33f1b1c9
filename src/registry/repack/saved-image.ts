import { createWriteStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import tar from 'tar-stream';
import { z } from 'zod/mini';
import { McpcatError } from '../../lib/errors.ts';

/** `manifest.json` of a `docker save` archive; engines with the containerd store write it as well. */
const SaveManifest = z.array(z.object({ Config: z.string(), Layers: z.array(z.string()) }));

/** A manifest or a configuration is a few kilobytes. */
const maxTextBytes = 16 << 20;

/** One image, unpacked from a `docker save` archive. */
export interface SavedImage {
  /** The image configuration as JSON text. */
  readonly config: string;
  /** Files that hold the layers, lowest first. */
  readonly layers: readonly string[];
}

/**
 * Unpacks a `docker save` archive into a folder, under names of our own. Rejects with `io-failed` if it is damaged or
 * holds more than one image.
 */
export async function unpackSaved(
  archive: Readable,
  folder: string,
  signal?: AbortSignal,
): Promise<SavedImage> {
  const files = await spool(archive, folder, signal);
  const read = async (name: string): Promise<string> => {
    const file = found(files, name);
    const { size } = await stat(file);
    if (size > maxTextBytes) throw notSaved(`a "${name}" of ${String(size)} bytes`);
    return readFile(file, 'utf8');
  };
  const manifest = SaveManifest.safeParse(JSON.parse(await read('manifest.json')));
  const [image, ...others] = manifest.success ? manifest.data : [];
  if (image === undefined || others.length > 0) throw notSaved('not exactly one image');
  return { config: await read(image.Config), layers: image.Layers.map((name) => found(files, name)) };
}

/** Name in the archive → file. Links (of layers that are saved once for several) are followed. */
async function spool(
  archive: Readable,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  const links = new Map<string, string>();
  const extract = tar.extract();
  const feeding = pipeline(archive, extract, { signal });
  feeding.catch(() => undefined);
  for await (const entry of extract) {
    // It breaks with the whole, which is who tells it.
    entry.on('error', () => undefined);
    const name = path.posix.normalize(entry.header.name);
    const target = entry.header.linkname ?? '';
    if (entry.header.type === 'symlink') links.set(name, path.posix.join(path.posix.dirname(name), target));
    if (entry.header.type === 'link') links.set(name, path.posix.normalize(target));
    if (entry.header.type !== 'file') {
      entry.resume();
      continue;
    }
    const file = path.join(folder, `saved-${String(files.size)}`);
    await pipeline(entry, createWriteStream(file));
    files.set(name, file);
  }
  await feeding;
  for (const [name, target] of links) files.set(name, files.get(target) ?? '');
  return files;
}

function found(files: ReadonlyMap<string, string>, name: string): string {
  const file = files.get(path.posix.normalize(name)) ?? '';
  if (file === '') throw notSaved(`no "${name}" in it`);
  return file;
}

function notSaved(what: string): McpcatError {
  return new McpcatError('io-failed', `image archive: expected what "docker save" writes, found ${what}`);
}

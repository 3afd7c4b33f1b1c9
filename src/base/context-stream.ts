import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { blockBytes, paddingOf, plainFile } from '../registry/repack/tar-entry.ts';
import { encodeHeader } from '../registry/repack/tar-header.ts';
import type { Layer } from './layer.ts';

/** A file of a build context: its content, or where it lies. */
export type StreamedFile = { readonly name: string } & (
  { readonly content: string | Buffer } | { readonly file: string } | { readonly layer: Layer }
);

/** A build context that is too large to be held in memory. */
export function contextStream(files: readonly StreamedFile[]): Readable {
  return Readable.from(piecesOf(files), { objectMode: false });
}

async function* piecesOf(files: readonly StreamedFile[]): AsyncGenerator<Uint8Array> {
  for (const file of files) {
    const size = await sizeOf(file);
    yield encodeHeader(plainFile(file.name, size));
    if ('file' in file) yield* createReadStream(file.file) as AsyncIterable<Buffer>;
    else if ('layer' in file) yield* await Promise.resolve(file.layer.pieces());
    else yield Buffer.from(file.content);
    yield Buffer.alloc(paddingOf(size));
  }
  yield Buffer.alloc(2 * blockBytes);
}

async function sizeOf(file: StreamedFile): Promise<number> {
  if ('file' in file) return (await stat(file.file)).size;
  return 'layer' in file ? file.layer.size : Buffer.byteLength(file.content);
}

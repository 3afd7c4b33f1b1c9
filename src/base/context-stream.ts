import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { plainFile, type TarEntry } from '../registry/repack/tar-entry.ts';
import { tarPieces } from '../registry/repack/tar-pieces.ts';
import type { Layer } from './layer.ts';

/** A file of a build's context, or of what a script works on: its content, or where it lies. */
export type StreamedFile = { readonly name: string } & (
  { readonly content: string | Buffer } | { readonly file: string } | { readonly layer: Layer }
);

/** These files as a tar. Of what is a file or a layer, only a piece at a time is held in memory. */
export function contextStream(files: readonly StreamedFile[]): Readable {
  return Readable.from(
    tarPieces(entriesOf(files), ({ source }) => contentOf(source)),
    { objectMode: false },
  );
}

interface Streamed extends TarEntry {
  readonly source: StreamedFile;
}

async function* entriesOf(files: readonly StreamedFile[]): AsyncGenerator<Streamed> {
  for (const source of files) yield { ...plainFile(source.name, await sizeOf(source)), source };
}

function contentOf(source: StreamedFile): Iterable<Uint8Array> | AsyncIterable<Uint8Array> {
  if ('file' in source) return createReadStream(source.file) as AsyncIterable<Buffer>;
  return 'layer' in source ? source.layer.pieces() : [Buffer.from(source.content)];
}

async function sizeOf(source: StreamedFile): Promise<number> {
  if ('file' in source) return (await stat(source.file)).size;
  return 'layer' in source ? source.layer.size : Buffer.byteLength(source.content);
}

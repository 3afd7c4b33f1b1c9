import { createReadStream, createWriteStream } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { unpackedWithin } from '../../lib/unpacked.ts';
import { blobOfFile, type LocalBlob } from '../content/blob.ts';
import { mediaType } from '../content/manifest.ts';
import { Digester, type Digest } from '../digest.ts';
import { canonicalEntries } from './canonical.ts';
import { FileWindow } from './file-window.ts';
import { gzip } from './gzip.ts';
import { indexTar, type IndexedEntry } from './tar-index.ts';
import { tarPieces } from './tar-pieces.ts';

export interface PackedLayer {
  readonly blob: LocalBlob;
  /** Of the uncompressed tar, as the image configuration names it. */
  readonly diffId: Digest;
  /** Of the uncompressed tar. */
  readonly bytes: number;
  readonly programs: readonly Program[];
}

/** An ELF file of a layer: a program, a library, a native addon. */
export interface Program {
  /** Path without a slash before. */
  readonly name: string;
  /** Of the ELF header (System V ABI, "Machine Information"): 62 is x86-64, 183 AArch64. */
  readonly machine: number;
}

/**
 * Re-writes a layer into its canonical form: `tar` is the layer as the engine saved it, `target` the file to write.
 * Undefined if it holds nothing. Memory: the list of entries and a few windows.
 */
export async function repackLayer({
  tar,
  target,
  epoch,
  signal,
}: {
  readonly tar: string;
  readonly target: string;
  readonly epoch: number;
  readonly signal?: AbortSignal | undefined;
}): Promise<PackedLayer | undefined> {
  await using file = await open(await uncompressed(tar, signal));
  const entries = canonicalEntries(await indexTar(new FileWindow(file)), epoch);
  if (entries.length === 0) return undefined;
  const programs: Program[] = [];
  const plain = new Digester();
  const packed = new Digester();
  await pipeline(
    Readable.from(tapped(gzip(tapped(tarBytes(file, entries, programs), plain)), packed)),
    createWriteStream(target),
    { signal },
  );
  const size = packed.bytes;
  const blob = blobOfFile(mediaType.layer, { file: target, digest: packed.digest(), size });
  return { blob, diffId: plain.digest(), bytes: plain.bytes, programs };
}

/** Some engines save compressed layers. */
async function uncompressed(tar: string, signal: AbortSignal | undefined): Promise<string> {
  await using file = await open(tar);
  const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
  if (buffer[0] !== 0x1f || buffer[1] !== 0x8b) return tar;
  const plain = `${tar}.tar`;
  const bounded = unpackedWithin((await stat(tar)).size, 'layer');
  await pipeline(createReadStream(tar), createGunzip(), bounded, createWriteStream(plain), { signal });
  return plain;
}

function tarBytes(
  file: FileHandle,
  entries: readonly IndexedEntry[],
  programs: Program[],
): AsyncGenerator<Buffer> {
  const window = new FileWindow(file);
  return tarPieces(entries, async function* ({ name, offset, size }) {
    const machine = machineOf(await window.read(offset, Math.min(20, size)));
    if (machine !== undefined) programs.push({ name, machine });
    yield* window.range(offset, size);
  });
}

/** Undefined if it is no ELF file of a little-endian machine. */
function machineOf(head: Buffer): number | undefined {
  const elf = head.length === 20 && head.readUInt32BE(0) === 0x7f454c46 && head[5] === 1;
  return elf ? head.readUInt16LE(18) : undefined;
}

async function* tapped(source: AsyncIterable<Buffer>, digester: Digester): AsyncGenerator<Buffer> {
  for await (const piece of source) {
    digester.update(piece);
    yield piece;
  }
}

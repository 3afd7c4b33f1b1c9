import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createDeflateRaw } from 'node:zlib';

/** No name, no time, no hint of the level, operating system unknown (RFC 1952, 2.3). */
const header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
/** zlib may compress differently if it is fed differently, so it always gets pieces of this size. */
const pieceBytes = 64 << 10;

/**
 * gzip with a fixed header and level. The same bytes come out for the same bytes in, given the same zlib (Node's own);
 * image configurations hold hashes of the uncompressed layers, which do not depend on it.
 */
export async function* gzip(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let check = 0;
  let length = 0;
  const counted = async function* (): AsyncGenerator<Buffer> {
    for await (const piece of inPieces(source, pieceBytes)) {
      check = crc32(piece, check);
      length += piece.length;
      yield piece;
    }
  };
  const deflate = createDeflateRaw({ level: 6, memLevel: 8, windowBits: 15, chunkSize: pieceBytes });
  const feeding = pipeline(Readable.from(counted()), deflate);
  feeding.catch(() => undefined);
  yield header;
  for await (const piece of deflate as AsyncIterable<Buffer>) yield piece;
  await feeding;
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(check, 0);
  trailer.writeUInt32LE(length % 2 ** 32, 4);
  yield trailer;
}

/** The same bytes in pieces of exactly `size`, but for the last. */
async function* inPieces(source: AsyncIterable<Buffer>, size: number): AsyncGenerator<Buffer> {
  let piece = Buffer.allocUnsafe(size);
  let filled = 0;
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length;) {
      const taken = chunk.copy(piece, filled, at);
      at += taken;
      filled += taken;
      if (filled < size) continue;
      yield piece;
      piece = Buffer.allocUnsafe(size);
      filled = 0;
    }
  }
  if (filled > 0) yield piece.subarray(0, filled);
}

import { Readable } from 'node:stream';
import zlib from 'node:zlib';
import xz from 'xz-decompress';
import { McpcatError } from '../../lib/errors.ts';

/** The endings that deb(5) allows for the two tars of a package, but for lzma and bzip2, which Debian has given up. */
export const endings = ['', '.gz', '.xz', '.zst'] as const;
export type Ending = (typeof endings)[number];

/** What `bytes` unpack to, piece by piece: whoever reads decides how much is too much. */
export function decompressed(bytes: Buffer, ending: Ending, subject: string): Readable {
  switch (ending) {
    case '':
      return Readable.from([bytes]);
    case '.gz':
      return through(bytes, zlib.createGunzip());
    case '.xz':
      return Readable.fromWeb(new xz.XzReadableStream(piecesOf(bytes)));
    case '.zst':
      return through(bytes, zstd(subject));
  }
}

/** Node has it since 22.15. Debian packs with xz; other distributions' packages are rare here. */
function zstd(subject: string): NodeJS.ReadWriteStream & Readable {
  if (typeof zlib.createZstdDecompress === 'function') return zlib.createZstdDecompress();
  throw new McpcatError(
    'package-refused',
    `${subject}: packed with zstd, which Node ${process.version} can't unpack`,
    {
      hint: 'Node 22.15 or newer can',
    },
  );
}

function through(bytes: Buffer, transform: NodeJS.ReadWriteStream & Readable): Readable {
  const source = Readable.from([bytes]);
  source.on('error', (error) => transform.destroy(error));
  source.pipe(transform);
  return transform;
}

function piecesOf(bytes: Buffer): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(bytes);
      controller.close();
    },
  });
}

import { Transform } from 'node:stream';
import { McpcatError } from './errors.ts';

/** What compresses better than this was made to fill a disk: code comes to 3 to 10 times. */
const maxRatio = 100;
const alwaysBytes = 64 << 20;

/** Passes on what an archive of `packedBytes` unpacks to; fails with `io-failed` where it is out of all proportion. */
export function unpackedWithin(packedBytes: number, what: string): Transform {
  const max = Math.max(alwaysBytes, packedBytes * maxRatio);
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.length;
      if (bytes <= max) return done(null, chunk);
      done(new McpcatError('io-failed', `${what}: it unpacks to more than ${String(max >> 20)} MiB`));
    },
  });
}

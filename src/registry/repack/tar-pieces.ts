import { blockBytes, paddingOf, type TarEntry } from './tar-entry.ts';
import { encodeHeader } from './tar-header.ts';

/** The tar of these entries, in their order; `contentOf` is asked for each that has content when its turn comes. */
export async function* tarPieces<T extends TarEntry, P extends Uint8Array>(
  entries: Iterable<T> | AsyncIterable<T>,
  contentOf: (entry: T) => Iterable<P> | AsyncIterable<P>,
): AsyncGenerator<P | Buffer> {
  for await (const entry of entries) {
    yield encodeHeader(entry);
    if (entry.size === 0) continue;
    yield* contentOf(entry);
    yield Buffer.alloc(paddingOf(entry.size));
  }
  yield Buffer.alloc(2 * blockBytes);
}

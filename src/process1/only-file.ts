import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import tar from 'tar-stream';
import { McpcatError } from '../lib/errors.ts';

/** Far more than process 1 has. */
const maxBytes = 4 << 20;

/** The content of the one regular file in a tar; undefined if there is something else in it, or too much. */
export async function onlyFile(archive: Readable): Promise<Buffer | undefined> {
  const extract = tar.extract();
  const files: (Buffer | undefined)[] = [];
  const read = async (): Promise<void> => {
    for await (const entry of extract) {
      const { type, size } = entry.header;
      if (type !== 'file' || size > maxBytes || files.length > 0) {
        files.push(undefined);
        entry.resume();
      } else files.push(await buffer(entry));
    }
  };
  try {
    await Promise.all([pipeline(archive, extract), read()]);
  } catch (error) {
    if (error instanceof McpcatError) throw error;
    throw new McpcatError('engine-failed', 'an archive of the engine breaks off', { cause: error });
  }
  const [first, ...more] = files;
  return more.length === 0 ? first : undefined;
}

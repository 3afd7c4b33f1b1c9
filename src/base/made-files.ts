import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { DebEntry } from '../debian/deb/deb-entry.ts';
import { writeWhole } from '../lib/folders.ts';
import { hexOf } from '../registry/digest.ts';
import { filesOfTar } from './files-of-tar.ts';
import { layerOf } from './layer.ts';

export interface Made {
  readonly cacheFolder: string;
  /** `byte-code`. */
  readonly what: string;
  /** All that the files depend on: another value, other files. */
  readonly inputs: readonly string[];
  readonly make: () => Promise<readonly DebEntry[]>;
}

const digits = 64;

/** Files that the engine made of these inputs before, else made now and kept. What the cache has spoilt is made anew. */
export async function madeFiles({ cacheFolder, what, inputs, make }: Made): Promise<readonly DebEntry[]> {
  const key = createHash('sha256').update(JSON.stringify(inputs)).digest('hex');
  const place = path.join(cacheFolder, 'made', `${what}-${key}`);
  const kept = await readFile(place).catch(() => Buffer.alloc(0));
  const content = kept.subarray(digits);
  if (kept.length > digits && kept.toString('latin1', 0, digits) === sha256(content))
    return filesOfTar(content);
  const files = await make();
  const { digest, pieces } = layerOf(files);
  const packed = await buffer(Readable.from(pieces(), { objectMode: false }));
  await writeWhole(place, Buffer.concat([Buffer.from(hexOf(digest)), packed]));
  return files;
}

function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

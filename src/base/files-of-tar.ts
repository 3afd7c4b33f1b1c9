import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import tar from 'tar-stream';
import type { DebEntry } from '../debian/deb/deb-entry.ts';
import { fileEntry } from './layer.ts';

/** The plain files of a tar that an engine or we have written; folders and links are left out. */
export async function filesOfTar(bytes: Buffer): Promise<DebEntry[]> {
  const files: DebEntry[] = [];
  for await (const item of Readable.from([bytes]).pipe(tar.extract())) {
    const { name, type, mode } = item.header;
    const content = await buffer(item);
    if (type === 'file') files.push(fileEntry(name.replace(/^\.?\//, ''), content, mode));
  }
  return files;
}

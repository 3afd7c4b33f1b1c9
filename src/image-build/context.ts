import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pack } from 'tar-fs';
import { makeFolder } from '../lib/make-folder.ts';
import type { Generated } from '../generate/generated.ts';

/** Writes a build context into an empty folder; `sources` are the fetched files in the order of the artifacts. */
export async function writeContext(
  folder: string,
  generated: Generated,
  sources: readonly string[],
): Promise<void> {
  const texts = Object.entries({ ...generated.files, Dockerfile: generated.dockerfile });
  for (const [name, text] of texts) {
    await makeFolder(path.dirname(path.join(folder, name)));
    await writeFile(path.join(folder, name), text);
  }
  await Promise.all(
    generated.artifacts.map(async ({ path: name }, index) => {
      await makeFolder(path.dirname(path.join(folder, name)));
      await copyFile(sources[index] ?? '', path.join(folder, name));
    }),
  );
}

/** The folder as a tar that depends on nothing but names and contents. */
export function contextTar(folder: string): Readable {
  const tar: AsyncIterable<unknown> = pack(folder, {
    sort: true,
    map: (header) => ({
      ...header,
      mode: header.type === 'directory' ? 0o755 : 0o644,
      uid: 0,
      gid: 0,
      uname: '',
      gname: '',
      mtime: new Date(0),
    }),
  } as Parameters<typeof pack>[1]);
  return Readable.from(tar);
}

/** The template's helper files, as they lie in the context. */
export async function helperFiles(templates: string, runtime: string): Promise<Record<string, string>> {
  const folder = path.join(templates, runtime);
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.mjs'));
  const files = await Promise.all(
    names.map(async (name) => [`build/${name}`, await readFile(path.join(folder, name), 'utf8')] as const),
  );
  return Object.fromEntries(files);
}

/**
 * `npm pack` calls it: writes `packed`, what a package has in place of the folder `catalog`. 148 locks say much alike and
 * npm's own compression does not see that far back, so they go into one archive: 16 MB in 0.8.
 */
import { spawnSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { constants, createBrotliCompress } from 'node:zlib';
import tar from 'tar-stream';
import { archiveName } from '../src/catalog/archive-name.ts';

const catalog = 'catalog';
const packed = 'packed';

await rm(packed, { recursive: true, force: true });
await mkdir(packed);
// Made anew: the one in the repository is written on main alone and may be behind the entries.
writeIndex(path.join(packed, 'catalog.json'));
// The archive has the tools and surfaces, too, in a tenth of the bytes.
await rm(path.join(packed, 'catalog.tools'), { recursive: true });
await writeArchive(path.join(packed, archiveName), await entryFiles());

function writeIndex(out: string): void {
  const index = ['src/main.ts', 'index', '--catalog', catalog, '--out', out];
  const { status } = spawnSync(process.execPath, index, { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) process.exit(status ?? 3);
}

/** `NAME/FILE`; files of one name stand together, for they say the most alike (5 % of the archive). */
async function entryFiles(): Promise<string[]> {
  const folders = (await readdir(catalog, { withFileTypes: true })).filter((item) => item.isDirectory());
  const files = await Promise.all(
    folders.map(async ({ name }) =>
      (await readdir(path.join(catalog, name))).map((file) => `${name}/${file}`),
    ),
  );
  return files.flat().toSorted((one, other) => kindFirst(one).localeCompare(kindFirst(other), 'en'));
}

/** `FILE/NAME` */
function kindFirst(file: string): string {
  return file.split('/').toReversed().join('/');
}

async function writeArchive(file: string, names: readonly string[]): Promise<void> {
  const pack = tar.pack();
  const written = pipeline(
    pack,
    createBrotliCompress({
      params: { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_LGWIN]: 24 },
    }),
    createWriteStream(file),
  );
  for (const name of names) {
    const content = await readFile(path.join(catalog, name));
    pack.entry({ name, mode: 0o644, mtime: new Date(0), uid: 0, gid: 0 }, content);
  }
  pack.finalize();
  await written;
}

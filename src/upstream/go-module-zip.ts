import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { goApart, type GoAsker } from './go-apart.ts';
import { escapePath, type GoModule } from './go-proxy.ts';

/**
 * The zip of a module as the checksum database knows it: the go command asks that database, checks what came, and
 * takes no more than 500 MiB, before anything of the zip is read here.
 */
export async function checkedZip({ path: module, version }: GoModule, asker: GoAsker): Promise<Uint8Array> {
  return goApart(asker, ['mod', 'download', `${module}@${version}`], (_, cache) =>
    readFile(path.join(cache, 'cache', 'download', escapePath(module), '@v', `${escapePath(version)}.zip`)),
  );
}

import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { unzipSync } from 'fflate';
import tar from 'tar-stream';
import type { PackageFile } from './package.ts';

/** Kinds of files that say something about a server. */
const telling =
  /\.(m?[jt]sx?|cjs|cts|py|pyi|go|json|jsonc|ya?ml|toml|md|rst|txt|env|example|cfg|ini)$|(^|\/)(LICEN[SC]E|COPYING|README|\.env)[^/]*$/i;
/** A bundle of a server with all its dependencies has a few megabytes; more says nothing new. */
const maxFileBytes = 12 << 20;
const maxTotalBytes = 64 << 20;

/** Keeps what is worth reading, up to a bound: a package may be made to fill a memory. */
class Shelf {
  readonly files: PackageFile[] = [];
  #size = 0;

  wants(path: string, size: number): boolean {
    return telling.test(path) && size <= maxFileBytes && this.#size + size <= maxTotalBytes;
  }

  put(path: string, content: Uint8Array): void {
    this.#size += content.length;
    this.files.push({ path, text: Buffer.from(content).toString('utf8') });
  }
}

/** Text files of an npm tarball; its one outer folder is left out of the paths. */
export async function filesOfTarball(file: string): Promise<PackageFile[]> {
  const shelf = new Shelf();
  const extract = tar.extract();
  extract.on('entry', (header, stream, next) => {
    const path = header.name.replace(/^[^/]+\//, '');
    const chunks: Buffer[] = [];
    const wanted = header.type === 'file' && shelf.wants(path, header.size ?? 0);
    stream.on('data', (chunk) => {
      if (wanted && chunk instanceof Buffer) chunks.push(chunk);
    });
    stream.on('end', () => {
      if (wanted) shelf.put(path, Buffer.concat(chunks));
      next();
    });
  });
  await pipeline(createReadStream(file), createGunzip(), extract);
  return shelf.files;
}

/** Text files of a wheel. */
export async function filesOfWheel(file: string): Promise<PackageFile[]> {
  return filesOfZip(await readFile(file), (path) => path);
}

/** `name` says what a path is called, or that it is of no interest. */
export function filesOfZip(content: Uint8Array, name: (path: string) => string | undefined): PackageFile[] {
  const shelf = new Shelf();
  const wanted = new Set<string>();
  let size = 0;
  const inside = unzipSync(content, {
    filter: ({ name: path, originalSize }) => {
      const own = name(path);
      if (own === undefined || !shelf.wants(own, originalSize) || size + originalSize > maxTotalBytes)
        return false;
      size += originalSize;
      wanted.add(path);
      return true;
    },
  });
  for (const path of wanted) shelf.put(name(path) ?? path, inside[path] ?? new Uint8Array());
  return shelf.files;
}

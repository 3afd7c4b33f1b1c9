import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { unzipSync } from 'fflate';
import tar from 'tar-stream';
import { McpcatError, messageOf } from '../lib/errors.ts';
import { unpackedWithin } from '../lib/unpacked.ts';
import type { PackageFile } from './package.ts';

/** Kinds of files that say something about a server. */
const telling =
  /\.(m?[jt]sx?|cjs|cts|py|pyi|go|json|jsonc|ya?ml|toml|md|rst|txt|env|example|cfg|ini)$|(^|\/)(LICEN[SC]E|COPYING|README|\.env)[^/]*$/i;
/** A bundle of a server with all its dependencies has a few megabytes; more says nothing new. */
const maxFileBytes = 12 << 20;
const maxTotalBytes = 64 << 20;
/** Each costs some bytes, also one that is empty. */
const maxFiles = 50_000;

/** Folders of a module that its own programs are not in. */
const foreign = /(^|\/)(vendor|testdata|node_modules|third_party)\//;

/** Keeps what is worth reading, up to a bound: a package may be made to fill a memory. */
class Shelf {
  readonly files: PackageFile[] = [];
  #size = 0;
  #seen = 0;

  wants(path: string, size: number): boolean {
    if (++this.#seen > maxFiles) throw unreadable(`more than ${String(maxFiles)} files`);
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
  const wants = ({ name, size }: tar.Header): boolean => {
    try {
      return shelf.wants(innerPath(name), size);
    } catch (error) {
      extract.destroy(unreadableFor(error));
      return false;
    }
  };
  extract.on('entry', (header, stream, next) => {
    const path = innerPath(header.name);
    const chunks: Buffer[] = [];
    const wanted = wants(header) && header.type === 'file';
    // It breaks with the whole, which is who tells it.
    stream.on('error', () => undefined);
    stream.on('data', (chunk) => {
      if (wanted && chunk instanceof Buffer) chunks.push(chunk);
    });
    stream.on('end', () => {
      if (wanted) shelf.put(path, Buffer.concat(chunks));
      next();
    });
  });
  const bounded = unpackedWithin((await stat(file)).size, 'package');
  await pipeline(createReadStream(file), createGunzip(), bounded, extract).catch((error: unknown) => {
    throw unreadableFor(error);
  });
  return shelf.files;
}

function innerPath(name: string): string {
  return name.replace(/^[^/]+\//, '');
}

/** Text files of a wheel. */
export async function filesOfWheel(file: string): Promise<PackageFile[]> {
  return filesOfZip(await readFile(file), (path) => path);
}

/** Text files of a Go module's zip, without tests and without what others wrote. */
export function filesOfModule(
  content: Uint8Array,
  { path: module, version }: { readonly path: string; readonly version: string },
): PackageFile[] {
  const prefix = `${module}@${version}/`;
  const files = filesOfZip(content, (path) =>
    path.startsWith(prefix) && !foreign.test(path) ? path.slice(prefix.length) : undefined,
  );
  return files.filter(({ path }) => !path.endsWith('_test.go'));
}

function unreadable(found: string): McpcatError {
  return new McpcatError('io-failed', `package: expected an archive that can be read, found ${found}`);
}

function unreadableFor(error: unknown): McpcatError {
  return error instanceof McpcatError ? error : unreadable(messageOf(error));
}

/** `name` says what a path is called, or that it is of no interest. Throws `io-failed` for what is no zip. */
export function filesOfZip(content: Uint8Array, name: (path: string) => string | undefined): PackageFile[] {
  try {
    return unzipped(content, name);
  } catch (error) {
    throw unreadableFor(error);
  }
}

function unzipped(content: Uint8Array, name: (path: string) => string | undefined): PackageFile[] {
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

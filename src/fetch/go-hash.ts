import { createHash } from 'node:crypto';
import { unzipSync } from 'fflate';
import { McpcatError } from '../lib/errors.ts';

/** Of a module's zip and of what is in it: go refuses more (`MaxZipFile` of golang.org/x/mod/zip). */
export const maxModuleBytes = 500 << 20;

/**
 * The h1: hash of a set of files: SHA-256 over a sorted list of "hex-of-content, two spaces, name, newline"
 * (golang.org/ref/mod#go-sum-files, golang.org/x/mod/sumdb/dirhash Hash1).
 */
export function h1(files: readonly (readonly [name: string, content: Uint8Array])[]): string {
  const lines = files
    .map(([name, content]) => ({ name, hash: createHash('sha256').update(content).digest('hex') }))
    .sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)))
    .map(({ name, hash }) => `${hash}  ${name}\n`);
  return `h1:${createHash('sha256').update(lines.join('')).digest('base64')}`;
}

/**
 * The hash of a module's zip, which go.sum holds as `MODULE VERSION h1:…`. It is one over contents, so the zip has to be
 * opened before it can be trusted: only as far as go would. Throws `io-failed` for more.
 */
export function h1OfZip(zip: Uint8Array): string {
  let bytes = 0;
  const inside = unzipSync(zip, {
    filter: ({ originalSize }) => {
      bytes += originalSize;
      if (bytes > maxModuleBytes)
        throw new McpcatError(
          'io-failed',
          `the zip unpacks to more than ${String(maxModuleBytes >> 20)} MiB`,
        );
      return true;
    },
  });
  return h1(Object.entries(inside).filter(([name]) => !name.endsWith('/')));
}

/** The hash of a go.mod alone, which go.sum holds as `MODULE VERSION/go.mod h1:…`. */
export function h1OfGoMod(text: Uint8Array): string {
  return h1([['go.mod', text]]);
}

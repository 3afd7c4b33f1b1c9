import { createHash } from 'node:crypto';
import { unzipSync } from 'fflate';

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

/** The hash of a module's zip, which go.sum holds as `MODULE VERSION h1:…`. */
export function h1OfZip(zip: Uint8Array): string {
  return h1(Object.entries(unzipSync(zip)).filter(([name]) => !name.endsWith('/')));
}

/** The hash of a go.mod alone, which go.sum holds as `MODULE VERSION/go.mod h1:…`. */
export function h1OfGoMod(text: Uint8Array): string {
  return h1([['go.mod', text]]);
}

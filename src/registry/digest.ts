import { createHash } from 'node:crypto';
import { McpcatError } from '../lib/errors.ts';

/** `sha256:` and 64 hexadecimal digits: the address of content in a registry. */
export type Digest = string & { readonly brand: 'Digest' };

const form = /^sha256:[0-9a-f]{64}$/;

export function isDigest(text: string): text is Digest {
  return form.test(text);
}

/** Other algorithms are refused: every registry and engine we know uses sha256. */
export function parseDigest(text: string, what: string): Digest {
  if (isDigest(text)) return text;
  throw new McpcatError(
    'usage',
    `${what}: expected a digest such as sha256:<64 hex digits>, found "${text}"`,
  );
}

export function digestOf(content: Uint8Array): Digest {
  return `sha256:${createHash('sha256').update(content).digest('hex')}` as Digest;
}

/** The digest of content that passes by in pieces. */
export class Digester {
  readonly #hash = createHash('sha256');
  #bytes = 0;

  update(chunk: Uint8Array): void {
    this.#hash.update(chunk);
    this.#bytes += chunk.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Ends the count. */
  digest(): Digest {
    return `sha256:${this.#hash.digest('hex')}` as Digest;
  }
}

/** The hexadecimal digits alone, for file names and tags. */
export function hexOf(digest: Digest): string {
  return digest.slice('sha256:'.length);
}

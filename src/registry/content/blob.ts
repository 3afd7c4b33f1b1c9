import { openAsBlob } from 'node:fs';
import { digestOf, type Digest } from '../digest.ts';
import type { Descriptor } from './manifest.ts';

/** Content to be pushed, and where to take it from: any number of times, from any place. */
export interface LocalBlob extends Descriptor {
  readonly open: () => Promise<Blob>;
}

export function blobOfBytes(mediaType: string, bytes: Uint8Array<ArrayBuffer>): LocalBlob {
  return {
    mediaType,
    digest: digestOf(bytes),
    size: bytes.length,
    open: async () => Promise.resolve(new Blob([bytes])),
  };
}

/** A file whose digest is known already; it must stay until the push is over. */
export function blobOfFile(
  mediaType: string,
  { file, digest, size }: { readonly file: string; readonly digest: Digest; readonly size: number },
): LocalBlob {
  return { mediaType, digest, size, open: () => openAsBlob(file) };
}

/** The bare descriptor, as a manifest holds it. */
export function descriptorOf({ mediaType, digest, size, annotations }: Descriptor): Descriptor {
  return { mediaType, digest, size, ...(annotations === undefined ? {} : { annotations }) };
}

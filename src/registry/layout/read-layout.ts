import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { McpcatError } from '../../lib/errors.ts';
import { blobOfFile, type LocalBlob } from '../content/blob.ts';
import {
  imageManifestIn,
  indexIn,
  mediaType,
  type Descriptor,
  type Manifest,
  type PlatformDescriptor,
} from '../content/manifest.ts';
import { Digester } from '../digest.ts';
import type { PackedImage } from '../repack/repack.ts';
import { blobFile } from './write-layout.ts';

export interface Layout {
  readonly index: Manifest;
  readonly images: readonly Pick<PackedImage, 'manifest' | 'config' | 'layers' | 'platform'>[];
}

/**
 * Reads what `writeLayout` wrote, with every blob checked against its digest. Rejects with `integrity-mismatch` for a
 * blob that is not what its name says, and `io-failed` for anything that is no such layout.
 */
export async function readLayout(folder: string): Promise<Layout> {
  const bytes = await readFile(path.join(folder, 'index.json')).catch((error: unknown) => {
    throw new McpcatError('io-failed', `${folder}: expected an OCI image layout, found no index.json`, {
      cause: error,
    });
  });
  const { manifests } = indexIn({ bytes, mediaType: mediaType.index }, folder);
  const [root, ...more] = manifests;
  if (root === undefined || more.length > 0 || root.mediaType !== mediaType.index)
    throw new McpcatError('io-failed', `${folder}: expected a layout of one index`);
  const index = await manifestFile(folder, root);
  const entries = indexIn(index, folder).manifests;
  return { index, images: await Promise.all(entries.map(async (entry) => imageIn(folder, entry))) };
}

async function imageIn(folder: string, entry: PlatformDescriptor): Promise<Layout['images'][number]> {
  const manifest = await manifestFile(folder, entry);
  const { config, layers } = imageManifestIn(manifest, folder);
  if (entry.platform === undefined)
    throw new McpcatError('io-failed', `${folder}: an image of the index has no platform`);
  const { os, architecture, variant } = entry.platform;
  const blobs: LocalBlob[] = [];
  for (const layer of layers) blobs.push(await blobIn(folder, layer));
  return {
    manifest,
    config: await blobIn(folder, config),
    layers: blobs,
    platform: { os, architecture, ...(variant === undefined ? {} : { variant }) },
  };
}

async function manifestFile(folder: string, descriptor: Descriptor): Promise<Manifest> {
  const { digest, mediaType: type } = await blobIn(folder, descriptor);
  return { digest, mediaType: type, bytes: await readFile(blobFile(folder, digest)) };
}

async function blobIn(folder: string, { mediaType: type, digest, size }: Descriptor): Promise<LocalBlob> {
  const file = blobFile(folder, digest);
  const digester = new Digester();
  try {
    for await (const piece of createReadStream(file)) digester.update(piece as Buffer);
  } catch (error) {
    throw new McpcatError('io-failed', `${folder}: the blob ${digest} is missing`, { cause: error });
  }
  const { bytes } = digester;
  const found = digester.digest();
  if (found === digest && bytes === size) return blobOfFile(type, { file, digest, size });
  throw new McpcatError('integrity-mismatch', `${folder}: expected ${digest}, found ${found}`, {
    hint: 'refused: the folder was changed after it was written',
  });
}

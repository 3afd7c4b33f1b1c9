import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder } from '../../lib/make-folder.ts';
import { blobOfBytes, type LocalBlob } from '../content/blob.ts';
import { canonicalJson, manifestDescriptor, type Manifest } from '../content/manifest.ts';
import { hexOf, type Digest } from '../digest.ts';
import type { PackedImage } from '../repack/repack.ts';

/** Where a layout keeps a blob. */
export function blobFile(folder: string, digest: Digest): string {
  return path.join(folder, 'blobs', 'sha256', hexOf(digest));
}

/**
 * Writes images and their index as an OCI image layout (image specification, "Image Layout"), which skopeo, podman and
 * others read too. The folder must exist; what is in it is only whole when this has resolved.
 */
export async function writeLayout(
  folder: string,
  {
    images,
    index,
  }: {
    readonly images: readonly Pick<PackedImage, 'manifest' | 'config' | 'layers'>[];
    readonly index: Manifest;
  },
): Promise<void> {
  await makeFolder(path.join(folder, 'blobs', 'sha256'));
  const manifests = [...images.map(({ manifest }) => manifest), index];
  const blobs = [
    ...images.flatMap(({ layers, config }) => [...layers, config]),
    ...manifests.map(({ mediaType, bytes }) => blobOfBytes(mediaType, Buffer.from(bytes))),
  ];
  for (const blob of new Map(blobs.map((found) => [found.digest, found])).values())
    await writeBlob(folder, blob);
  const root = { schemaVersion: 2, manifests: [manifestDescriptor(index)] };
  await writeFile(path.join(folder, 'index.json'), canonicalJson(root));
  await writeFile(path.join(folder, 'oci-layout'), canonicalJson({ imageLayoutVersion: '1.0.0' }));
}

async function writeBlob(folder: string, blob: LocalBlob): Promise<void> {
  const content = await blob.open();
  await writeFile(blobFile(folder, blob.digest), content.stream());
}

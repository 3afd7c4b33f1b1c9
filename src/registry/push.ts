import { McpcatError } from '../lib/errors.ts';
import { pool } from '../lib/pool.ts';
import {
  manifestDescriptor,
  manifestOf,
  mediaType,
  type Manifest,
  type PlatformDescriptor,
} from './content/manifest.ts';
import { headManifest, putManifest } from './content/manifests.ts';
import { writeBlob } from './content/write-blob.ts';
import type { Digest } from './digest.ts';
import type { Registry } from './registry.ts';
import type { PackedImage } from './repack/repack.ts';

export interface PushTarget {
  readonly repository: string;
  /** Set in this order after everything else is there: `1.2.3`, `1.2`, `latest`. */
  readonly tags: readonly string[];
  /** Another repository of the same registry that may have the layers already, to mount them from. */
  readonly mountFrom?: string;
  /** Bytes that are there, of all. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** What a push did, by blob. */
export interface Pushed extends PlatformDescriptor {
  readonly blobs: Readonly<Record<'present' | 'mounted' | 'sent' | 'sent-in-chunks', number>>;
  /** Of the blobs that had to be sent. */
  readonly sentBytes: number;
}

/** Pushes missing blobs, then the manifest by digest, then the tags: whoever sees a tag can pull all of it. */
export async function pushImage(
  registry: Registry,
  image: Pick<PackedImage, 'manifest' | 'config' | 'layers' | 'platform'>,
  target: PushTarget,
): Promise<Pushed> {
  const { repository, mountFrom: from, onProgress } = target;
  const blobs = [...new Map([...image.layers, image.config].map((blob) => [blob.digest, blob])).values()];
  const total = blobs.reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  const ways = await pool(blobs, 3, async (blob) => {
    const way = await writeBlob(registry, repository, { blob, from });
    done += blob.size;
    onProgress?.(done, total);
    return way;
  });
  await pushManifest(registry, target, image.manifest);
  const counts = { present: 0, mounted: 0, sent: 0, 'sent-in-chunks': 0 };
  for (const way of ways) counts[way]++;
  const sentBytes = blobs.reduce((sum, { size }, at) => sum + (ways[at]?.startsWith('sent') ? size : 0), 0);
  return { ...platformDescriptor(image), blobs: counts, sentBytes };
}

/** How an index names an image. */
export function platformDescriptor({
  manifest,
  platform,
}: Pick<PackedImage, 'manifest' | 'platform'>): PlatformDescriptor {
  return { ...manifestDescriptor(manifest), platform: { ...platform } };
}

/** The index over some images: the same images in any order give the same bytes. */
export function indexOver(
  images: readonly PlatformDescriptor[],
  annotations?: Readonly<Record<string, string>>,
): Manifest {
  const manifests = images
    .map(({ mediaType: type, digest, size, platform }) => ({ mediaType: type, digest, size, platform }))
    .sort((a, b) => (platformText(a) < platformText(b) ? -1 : 1));
  return manifestOf(mediaType.index, { manifests, annotations });
}

/** One image for several platforms: an index over manifests that are in the repository. Resolves to its digest. */
export async function pushIndex(
  registry: Registry,
  images: readonly PlatformDescriptor[],
  target: Pick<PushTarget, 'repository' | 'tags'> & {
    readonly annotations?: Readonly<Record<string, string>>;
  },
): Promise<Digest> {
  const index = indexOver(images, target.annotations);
  await pushManifest(registry, target, index);
  return index.digest;
}

/** `linux/arm64`, with the variant if there is one. */
export function platformText({ platform }: Pick<PlatformDescriptor, 'platform'>): string {
  return [platform?.os, platform?.architecture, platform?.variant].filter(Boolean).join('/');
}

/** Puts a manifest whose content is there under its digest, then under each tag; what is there already is left. */
export async function pushManifest(
  registry: Registry,
  { repository, tags }: Pick<PushTarget, 'repository' | 'tags'>,
  manifest: Manifest,
): Promise<void> {
  if ((await headManifest(registry, repository, manifest.digest)) === undefined) {
    await putManifest(registry, repository, { manifest, as: manifest.digest });
  }
  for (const tag of tags) {
    if ((await headManifest(registry, repository, tag)) === manifest.digest) continue;
    await putManifest(registry, repository, { manifest, as: tag });
    const found = await headManifest(registry, repository, tag);
    if (found === manifest.digest) continue;
    const message = `tag ${repository}:${tag}: expected ${manifest.digest}, found ${found ?? 'nothing'}`;
    throw new McpcatError('registry-failed', message, { hint: 'another push may have moved it; push again' });
  }
}

import type { Emit } from '../lib/event.ts';
import { indexIn, indexTypes, type Manifest } from '../registry/content/manifest.ts';
import { getManifest, headManifest } from '../registry/content/manifests.ts';
import { pushImage, pushManifest } from '../registry/push.ts';
import type { Registry } from '../registry/registry.ts';
import { versionAnnotation, type Release } from './release.ts';
import type { ServerPackage } from './package.ts';
import type { Seal, Signed } from './signed.ts';
import { mayMove, versionTags } from './version-tags.ts';

/** Where images go. */
export interface Target {
  readonly registry: Registry;
  /** Without the host: `mcpcat/time`. */
  readonly repository: string;
}

/** Blobs that the registry did not have. */
export interface Sent {
  readonly blobs: number;
  readonly bytes: number;
}

/**
 * Whoever sees a tag can pull all of it, and finds it signed; the tag of the inputs comes last, so that it stands for all
 * of the others.
 */
export async function send(
  { registry, repository }: Target,
  request: {
    readonly release: Release;
    readonly images: ServerPackage['images'];
    readonly index: Manifest;
    readonly seal: Seal;
    readonly emit: Emit;
  },
): Promise<{ readonly tags: readonly string[]; readonly sent: Sent; readonly signed: Signed | null }> {
  const { release, images, index, seal, emit } = request;
  const sent = { blobs: 0, bytes: 0 };
  for (const image of images) {
    const { blobs, sentBytes } = await pushImage(registry, image, {
      repository,
      tags: [],
      onProgress: (done, total) =>
        emit({ type: 'progress', subject: release.name, stage: 'publish', done, total, unit: 'bytes' }),
    });
    sent.blobs += blobs.sent + blobs['sent-in-chunks'];
    sent.bytes += sentBytes;
  }
  await pushManifest(registry, { repository, tags: [] }, index);
  const signed = await seal(index);
  return { tags: await setTags({ registry, repository }, { release, index, emit }), sent, signed };
}

/**
 * The tags, if the registry has this release from these inputs already; those that lag behind are set, and what is not
 * signed yet is.
 */
export async function presentTags(
  { registry, repository }: Target,
  request: { readonly release: Release; readonly digest: string; readonly seal: Seal; readonly emit: Emit },
): Promise<{ readonly tags: readonly string[]; readonly signed: Signed | null } | undefined> {
  const { release, digest, seal, emit } = request;
  if ((await headManifest(registry, repository, release.inputs)) !== digest) return undefined;
  const index = await getManifest(registry, repository, digest);
  const signed = await seal(index);
  return { tags: await setTags({ registry, repository }, { release, index, emit }), signed };
}

async function setTags(
  { registry, repository }: Target,
  { release, index, emit }: { readonly release: Release; readonly index: Manifest; readonly emit: Emit },
): Promise<readonly string[]> {
  const tags: string[] = [];
  for (const { tag, forward } of versionTags(release.ecosystem, release.version)) {
    const ahead = forward ? await releaseAhead({ registry, repository }, { tag, release, index }) : undefined;
    if (ahead === undefined) {
      await pushManifest(registry, { repository, tags: [tag] }, index);
      tags.push(tag);
    } else emit({ type: 'notice', subject: release.name, message: `${tag} stays at ${ahead}` });
  }
  await pushManifest(registry, { repository, tags: [release.inputs] }, index);
  return tags;
}

/** What the tag names, if that is newer, or something of which we can't tell. */
async function releaseAhead(
  { registry, repository }: Target,
  { tag, release, index }: { readonly tag: string; readonly release: Release; readonly index: Manifest },
): Promise<string | undefined> {
  const found = await headManifest(registry, repository, tag);
  if (found === undefined || found === index.digest) return undefined;
  const manifest = await getManifest(registry, repository, found);
  const current = indexTypes.has(manifest.mediaType)
    ? indexIn(manifest, `${repository}:${tag}`).annotations?.[versionAnnotation]
    : undefined;
  if (current === undefined) return 'an image of another maker';
  return mayMove(release.ecosystem, current, release.version) ? undefined : current;
}

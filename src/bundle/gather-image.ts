import { isBundleType } from '../attest/predicates.ts';
import { McpcatError } from '../lib/errors.ts';
import {
  imageManifestIn,
  indexIn,
  indexTypes,
  manifestDescriptor,
  type Descriptor,
  type Manifest,
  type PlatformDescriptor,
} from '../registry/content/manifest.ts';
import { getManifest } from '../registry/content/manifests.ts';
import { readBlob } from '../registry/content/read-blob.ts';
import { listReferrers } from '../registry/content/referrers.ts';
import type { Digest } from '../registry/digest.ts';
import { platformText } from '../registry/push.ts';
import type { Registry } from '../registry/registry.ts';

/** Content, and where to read it from; what is read is checked against its digest. */
export interface Content {
  readonly digest: Digest;
  readonly size: number;
  readonly read: () => AsyncIterable<Uint8Array>;
}

export interface ImageSource {
  readonly registry: Registry;
  /** Without the host. */
  readonly repository: string;
  readonly digest: Digest;
  /** Undefined: all that the index has. */
  readonly platforms: readonly string[] | undefined;
}

/** An image with what is said of it. */
export interface GatheredImage {
  /** The index itself. */
  readonly root: Descriptor;
  readonly index: Manifest;
  /** What is attached to it and to its images, each once. */
  readonly attached: readonly PlatformDescriptor[];
  readonly platforms: readonly string[];
  readonly contents: readonly Content[];
  /** Of these the signed statements themselves, each once. */
  readonly statements: readonly Content[];
}

/** Attachments of one manifest that are looked at; ours come to a dozen. */
const maxAttached = 64;

/**
 * All that an image and the statements about it are made of; manifests are fetched, blobs named. Rejects with
 * `image-missing` for a platform that the index does not have, and what `Registry` rejects with.
 */
export async function gatherImage(source: ImageSource): Promise<GatheredImage> {
  const { registry, repository, digest } = source;
  const root = await getManifest(registry, repository, digest);
  const chosen = chosenImages(source, root);
  const images = await Promise.all(chosen.map((image) => getManifest(registry, repository, image.digest)));
  const lists = await Promise.all([root, ...images].map((manifest) => attachedTo(source, manifest)));
  const attached = [...new Map(lists.flat().map((one) => [one.digest, one])).values()];
  const artifacts = await Promise.all(attached.map((one) => getManifest(registry, repository, one.digest)));
  const contents = [root, ...images, ...artifacts].map(manifestContent);
  for (const manifest of [...images, ...artifacts]) contents.push(...blobsOf(source, manifest));
  const statements = artifacts.flatMap((manifest) => blobsOf(source, manifest).slice(1));
  return {
    root: manifestDescriptor(root),
    index: root,
    attached: attached.toSorted((a, b) => (a.digest < b.digest ? -1 : 1)),
    platforms: chosen.map(platformText),
    contents,
    statements: [...new Map(statements.map((one) => [one.digest, one])).values()],
  };
}

function chosenImages({ repository, platforms }: ImageSource, root: Manifest): readonly PlatformDescriptor[] {
  if (!indexTypes.has(root.mediaType))
    throw new McpcatError('registry-failed', `${repository}@${root.digest}: expected an image index`);
  const { manifests } = indexIn(root, `${repository}@${root.digest}`);
  if (platforms === undefined) return manifests;
  return platforms.map((platform) => {
    const found = manifests.find((image) => platformText(image) === platform);
    if (found !== undefined) return found;
    const there = manifests.map(platformText).join(', ');
    throw new McpcatError(
      'image-missing',
      `${repository}: expected an image for ${platform}, found ${there}`,
    );
  });
}

async function attachedTo(
  { registry, repository }: ImageSource,
  { digest }: Manifest,
): Promise<readonly PlatformDescriptor[]> {
  const all = await listReferrers(registry, repository, digest);
  const bundles = all.filter(({ artifactType }) => artifactType !== undefined && isBundleType(artifactType));
  if (bundles.length <= maxAttached) return bundles;
  throw new McpcatError(
    'registry-failed',
    `${repository}@${digest}: expected up to ${String(maxAttached)} statements, found ${String(bundles.length)}`,
  );
}

function manifestContent({ digest, bytes }: Manifest): Content {
  return { digest, size: bytes.length, read: () => once(bytes) };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

function blobsOf({ registry, repository }: ImageSource, manifest: Manifest): readonly Content[] {
  const { config, layers } = imageManifestIn(manifest, `${repository}@${manifest.digest}`);
  return [config, ...layers].map(({ digest, size }) => ({
    digest,
    size,
    read: () => readBlob(registry, repository, { digest, size }),
  }));
}

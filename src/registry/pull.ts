import { Readable } from 'node:stream';
import type { Engine, Platform } from '../engine/engine.ts';
import { McpcatError } from '../lib/errors.ts';
import {
  imageManifestIn,
  indexIn,
  indexTypes,
  type ImageManifest,
  type Manifest,
} from './content/manifest.ts';
import { getManifest } from './content/manifests.ts';
import type { Digest } from './digest.ts';
import { loadArchive } from './load-archive.ts';
import { platformText } from './push.ts';
import type { Registry } from './registry.ts';

export interface PullRequest {
  readonly repository: string;
  /** Of an image manifest, or of an index that has one for the platform. Never a tag: tags move. */
  readonly digest: Digest;
  readonly platform: Platform;
  /** The name it gets in the engine. To work offline it must be a name that belongs to this digest alone. */
  readonly tag: string;
  /** Fetch it although the engine has it. */
  readonly always?: boolean;
  /** Compressed bytes that came, of all. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Brings an image from a registry into the engine, by digest, unless an image is there under its tag already (then
 * nothing is asked of the registry: offline works). What does not match its digest is refused with
 * `integrity-mismatch`, and nothing of it is kept.
 */
export async function pullImage(
  registry: Registry,
  engine: Pick<Engine, 'inspectImage' | 'loadImage'>,
  request: PullRequest,
): Promise<{ readonly id: string; readonly from: 'engine' | 'registry' }> {
  const here = request.always === true ? undefined : await engine.inspectImage(request.tag);
  if (here !== undefined) return { id: here.id, from: 'engine' };
  const image = await imageFor(registry, request);
  const total = [image.config, ...image.layers].reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  const onBytes = (bytes: number): void => {
    done += bytes;
    request.onProgress?.(done, total);
  };
  const archive = loadArchive(registry, request.repository, { image, tag: request.tag, onBytes });
  await engine.loadImage(Readable.from(archive, { objectMode: false }));
  const loaded = await engine.inspectImage(request.tag);
  if (loaded !== undefined) return { id: loaded.id, from: 'registry' };
  throw new McpcatError('engine-failed', `${request.tag}: the engine loaded it and does not have it`);
}

/** Through an index, if the digest is of one, to the manifest for the platform. */
async function imageFor(registry: Registry, request: PullRequest): Promise<ImageManifest> {
  const { manifest } = await platformManifest(registry, request);
  return imageManifestIn(manifest, subjectOf(registry, request));
}

/** What a digest names, and what runs on a platform: the same, unless it names an index. */
export interface PlatformManifest {
  readonly named: Manifest;
  readonly manifest: Manifest;
}

/** Rejects with `image-missing` if there is none for the platform. */
export async function platformManifest(
  registry: Registry,
  request: Pick<PullRequest, 'repository' | 'digest' | 'platform'>,
): Promise<PlatformManifest> {
  const { repository, digest } = request;
  const named = await getManifest(registry, repository, digest);
  const chosen = chosenManifest(named, { ...request, subject: subjectOf(registry, request) });
  if (chosen === digest) return { named, manifest: named };
  return { named, manifest: await getManifest(registry, repository, chosen) };
}

/** The digest of what a manifest or index has for a platform. Throws `image-missing`. */
export function chosenManifest(
  named: Manifest,
  { platform, subject }: { readonly platform: Platform; readonly subject: string },
): Digest {
  if (!indexTypes.has(named.mediaType)) return named.digest;
  const { manifests } = indexIn(named, subject);
  const fitting = manifests.find((entry) => fits(platformText(entry), platform));
  if (fitting !== undefined) return fitting.digest;
  const found = manifests.map(platformText).join(', ');
  throw new McpcatError('image-missing', `${subject}: expected an image for ${platform}, found ${found}`);
}

function subjectOf(
  registry: Registry,
  { repository, digest }: Pick<PullRequest, 'repository' | 'digest'>,
): string {
  return `image ${registry.host}/${repository}@${digest}`;
}

/** Any variant of the architecture will do (`linux/arm64/v8`). */
function fits(found: string, wanted: Platform): boolean {
  return found === wanted || found.startsWith(`${wanted}/`);
}

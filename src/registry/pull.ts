import { Readable } from 'node:stream';
import type { Engine, Platform } from '../engine/engine.ts';
import { McpcatError } from '../lib/errors.ts';
import { imageManifestIn, indexIn, indexTypes, type ImageManifest } from './content/manifest.ts';
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
  const { repository, digest, platform } = request;
  const subject = `image ${registry.host}/${repository}@${digest}`;
  const manifest = await getManifest(registry, repository, digest);
  if (!indexTypes.has(manifest.mediaType)) return imageManifestIn(manifest, subject);
  const { manifests } = indexIn(manifest, subject);
  const fitting = manifests.find((entry) => fits(platformText(entry), platform));
  if (fitting !== undefined) {
    return imageManifestIn(await getManifest(registry, repository, fitting.digest), subject);
  }
  const found = manifests.map(platformText).join(', ');
  throw new McpcatError('image-missing', `${subject}: expected an image for ${platform}, found ${found}`);
}

/** Any variant of the architecture will do (`linux/arm64/v8`). */
function fits(found: string, wanted: Platform): boolean {
  return found === wanted || found.startsWith(`${wanted}/`);
}

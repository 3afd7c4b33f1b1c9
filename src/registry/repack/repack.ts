import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { codeOf } from '../../lib/error-code.ts';
import { McpcatError, messageOf } from '../../lib/errors.ts';
import { pool } from '../../lib/pool.ts';
import { blobOfBytes, descriptorOf, type LocalBlob } from '../content/blob.ts';
import { manifestOf, mediaType, type Manifest } from '../content/manifest.ts';
import { canonicalConfig, type ImagePlatform } from './image-config.ts';
import { repackLayer, type PackedLayer, type Program } from './layer.ts';
import { unpackSaved } from './saved-image.ts';

/** An image ready to be pushed. Its layers are files in a folder of its own, which goes when it is disposed of. */
export interface PackedImage extends AsyncDisposable {
  readonly manifest: Manifest;
  readonly config: LocalBlob;
  readonly layers: readonly LocalBlob[];
  readonly platform: ImagePlatform;
  /** Of all layers, unpacked. */
  readonly bytes: number;
  /** In the order of the layers. */
  readonly programs: readonly Program[];
}

export interface RepackOptions {
  /** Seconds (SOURCE_DATE_EPOCH): no time in the image is later. Default 0. */
  readonly epoch?: number;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Where the folder for the layers is made; default: the system's folder for temporary files. */
  readonly scratch?: string;
  readonly signal?: AbortSignal;
}

/**
 * Turns a `docker save` archive into an OCI image that depends on nothing but what is in it: two builds of the same
 * inputs give the same digest. Rejects with `io-failed` if the archive is damaged, `disk-full` if there is no room.
 */
export async function repackImage(archive: Readable, options: RepackOptions = {}): Promise<PackedImage> {
  const folder = await mkdtemp(path.join(options.scratch ?? tmpdir(), 'mcpcat-repack-'));
  const remove = async (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    return { ...(await packed(archive, folder, options)), [Symbol.asyncDispose]: remove };
  } catch (error) {
    archive.destroy();
    await remove();
    throw failed(error, options.signal);
  }
}

async function packed(
  archive: Readable,
  folder: string,
  { epoch = 0, annotations, signal }: RepackOptions,
): Promise<Omit<PackedImage, keyof AsyncDisposable>> {
  const saved = await unpackSaved(archive, folder, signal);
  const all = await pool(saved.layers, 2, (tar, index) =>
    repackLayer({ tar, target: path.join(folder, `layer-${String(index)}`), epoch, signal }),
  );
  const layers = all.filter((layer): layer is PackedLayer => layer !== undefined);
  const diffIds = layers.map(({ diffId }) => diffId);
  const { bytes: text, platform } = canonicalConfig(saved.config, { diffIds, epoch });
  const config = blobOfBytes(mediaType.config, text);
  const blobs = layers.map(({ blob }) => blob);
  const content = { config: descriptorOf(config), layers: blobs.map(descriptorOf), annotations };
  const bytes = layers.reduce((sum, layer) => sum + layer.bytes, 0);
  const programs = layers.flatMap((layer) => layer.programs);
  return {
    manifest: manifestOf(mediaType.manifest, content),
    config,
    layers: blobs,
    platform,
    bytes,
    programs,
  };
}

function failed(error: unknown, signal: AbortSignal | undefined): McpcatError {
  if (error instanceof McpcatError) return error;
  if (signal?.aborted === true) return new McpcatError('cancelled', 'image archive: cancelled');
  const full = codeOf(error) === 'ENOSPC';
  const code = full ? 'disk-full' : 'io-failed';
  return new McpcatError(code, `image archive: ${messageOf(error)}`, { cause: error });
}

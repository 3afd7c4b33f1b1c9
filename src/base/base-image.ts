import { Readable } from 'node:stream';
import type { Engine, Labels } from '../engine/engine.ts';
import { canonicalJson, mediaType, type Descriptor } from '../registry/content/manifest.ts';
import { digestOf, type Digest } from '../registry/digest.ts';
import { archiveOf } from '../registry/load-archive.ts';
import type { Layer } from './layer.ts';

/** An image of one layer, made here to its last byte: no engine adds a time, a name or a history of its own. */
export interface BaseImage {
  /** Of the image configuration: the image's id on every engine that names images by it. */
  readonly id: Digest;
  readonly layer: Layer;
  readonly config: Layer;
}

export interface BaseConfig {
  /** `linux/arm64`. */
  readonly platform: string;
  readonly env: readonly string[];
  readonly user: string;
  readonly labels: Labels;
}

export function baseImage(layer: Layer, { platform, env, user, labels }: BaseConfig): BaseImage {
  const [os, architecture] = platform.split('/');
  const bytes = canonicalJson({
    os,
    architecture,
    created: '1970-01-01T00:00:00Z',
    config: { Env: env, Labels: labels, ...(user === '' ? {} : { User: user }) },
    rootfs: { type: 'layers', diff_ids: [layer.digest] },
    history: [{ created_by: 'mcpcat' }],
  });
  const config = {
    mediaType: mediaType.config,
    digest: digestOf(bytes),
    size: bytes.length,
    pieces: () => [bytes],
  };
  return { id: config.digest, layer, config };
}

/** Brings the image into the engine under that name. */
export async function loadBaseImage(
  engine: Pick<Engine, 'loadImage'>,
  { image, reference }: { readonly image: BaseImage; readonly reference: string },
): Promise<void> {
  const parts = { config: image.config, layers: [image.layer] };
  const archive = archiveOf(parts, reference, piecesOf);
  await engine.loadImage(Readable.from(archive, { objectMode: false }));
}

async function* piecesOf({ pieces }: Descriptor & Pick<Layer, 'pieces'>): AsyncGenerator<Uint8Array> {
  yield* pieces();
}

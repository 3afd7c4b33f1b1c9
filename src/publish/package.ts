import type { ImageRecord, PlatformImage } from '../catalog/image-record.ts';
import type { Engine } from '../engine/engine.ts';
import type { Emit } from '../lib/event.ts';
import type { Manifest } from '../registry/content/manifest.ts';
import { indexOver, platformDescriptor, platformText } from '../registry/push.ts';
import { repackImage, type PackedImage } from '../registry/repack/repack.ts';
import { checkBuilt } from './verified.ts';
import { foreignProgram } from './foreign-program.ts';
import { versionAnnotation, type Release } from './release.ts';
import type { Variant } from './variant.ts';

/** What is published of a server: an image for each platform, the index over them, and the record that names them. */
export interface ServerPackage extends AsyncDisposable {
  readonly images: readonly Pick<PackedImage, 'manifest' | 'config' | 'layers' | 'platform'>[];
  readonly index: Manifest;
  /** Of no registry yet. */
  readonly record: ImageRecord;
}

/**
 * Packs the images that the engine has of an entry: the same inputs give the same bytes. Rejects with
 * `image-unverified` for an image that is not of these inputs.
 */
export async function packServer(
  engine: Pick<Engine, 'inspectImage' | 'saveImage'>,
  {
    release,
    variants,
    emit,
    signal,
  }: {
    readonly release: Release;
    /** The one that was verified first. */
    readonly variants: readonly Variant[];
    readonly emit: Emit;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<ServerPackage> {
  for (const variant of variants) await checkBuilt(engine, release.name, variant);
  await using scope = new AsyncDisposableStack();
  const packed: Packed[] = [];
  for (const variant of variants) {
    const archive = await engine.saveImage(variant.image);
    const image = scope.use(await repackImage(archive, signal === undefined ? {} : { signal }));
    const foreign = variant === variants[0] ? undefined : foreignProgram(image);
    if (foreign === undefined) packed.push({ image, variant });
    else {
      const message = `not for ${variant.platform}: ${foreign} is a program for another machine`;
      emit({ type: 'notice', subject: release.name, message });
    }
  }
  const images = packed.map(({ image }) => image);
  const index = indexOver(images.map(platformDescriptor), { [versionAnnotation]: release.version });
  const record = recordOf(release, { packed, digest: index.digest });
  const kept = scope.move();
  return { images, index, record, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

interface Packed {
  readonly image: PackedImage;
  readonly variant: Variant;
}

function recordOf(
  { version, inputs }: Release,
  { packed, digest }: { readonly packed: readonly Packed[]; readonly digest: string },
): ImageRecord {
  const platforms = packed.map(({ image, variant }): [string, PlatformImage] => [
    platformText(platformDescriptor(image)),
    {
      digest: image.manifest.digest,
      fingerprint: variant.fingerprint,
      compressedBytes: [image.config, ...image.layers].reduce((sum, { size }) => sum + size, 0),
      bytes: image.bytes,
    },
  ]);
  const sorted = Object.fromEntries(platforms.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return { imageVersion: 1, version, repository: null, digest, inputs, platforms: sorted, published: null };
}

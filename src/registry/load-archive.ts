import type { Descriptor, ImageManifest } from './content/manifest.ts';
import { readBlob } from './content/read-blob.ts';
import { hexOf } from './digest.ts';
import type { Registry } from './registry.ts';
import { blockBytes, paddingOf, plainFile } from './repack/tar-entry.ts';
import { encodeHeader } from './repack/tar-header.ts';

/**
 * An archive for `docker load`, straight from the registry: every blob is checked on its way, and `manifest.json`
 * comes last, so that an engine can do nothing with an archive that was broken off. Layers stay compressed.
 */
export async function* loadArchive(
  registry: Registry,
  repository: string,
  { image, tag, onBytes }: { image: ImageManifest; tag: string; onBytes: (bytes: number) => void },
): AsyncGenerator<Uint8Array> {
  const counted = async function* (blob: Descriptor): AsyncGenerator<Uint8Array> {
    for await (const piece of readBlob(registry, repository, blob)) {
      onBytes(piece.length);
      yield piece;
    }
  };
  yield* archiveOf(image, tag, counted);
}

/** The same of any image, whose blobs `read` opens. */
export async function* archiveOf<T extends Descriptor>(
  image: { readonly config: T; readonly layers: readonly T[] },
  tag: string,
  read: (blob: T) => AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const configName = `${hexOf(image.config.digest)}.json`;
  const layers = new Map(image.layers.map((layer) => [layerName(layer), layer]));
  for (const [name, blob] of [[configName, image.config] as const, ...layers]) {
    yield encodeHeader(plainFile(name, blob.size));
    yield* read(blob);
    yield Buffer.alloc(paddingOf(blob.size));
  }
  const manifest = [{ Config: configName, RepoTags: [tag], Layers: image.layers.map(layerName) }];
  const text = Buffer.from(JSON.stringify(manifest));
  yield encodeHeader(plainFile('manifest.json', text.length));
  yield Buffer.concat([text, Buffer.alloc(paddingOf(text.length)), Buffer.alloc(2 * blockBytes)]);
}

function layerName({ digest, mediaType }: Descriptor): string {
  return `${hexOf(digest)}.tar${mediaType.endsWith('gzip') ? '.gz' : ''}`;
}

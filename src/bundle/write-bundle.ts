import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { McpcatError, messageOf } from '../lib/errors.ts';
import { jsonText } from '../lib/folders.ts';
import { canonicalJson } from '../registry/content/manifest.ts';
import { hexOf } from '../registry/digest.ts';
import { blockBytes, paddingOf, plainFile } from '../registry/repack/tar-entry.ts';
import { encodeHeader } from '../registry/repack/tar-header.ts';
import { bundlePlace, refName, type BundleFacts } from './bundle-file.ts';
import type { Content, GatheredImage } from './gather-image.ts';

export interface BundledServer {
  readonly name: string;
  /** `ghcr.io/owner/time` */
  readonly repository: string;
  readonly image: GatheredImage;
}

export interface BundleRequest {
  readonly servers: readonly BundledServer[];
  /** Texts below `mcpcat/`, by path: `mcpcat/catalog.json`. */
  readonly texts: ReadonlyMap<string, string>;
  /** Bytes of blobs that are written, of all. */
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes a bundle: the same servers and texts give the same bytes. What lies at `file` is replaced when all of it is
 * written, or left as it is. Rejects with what the registry rejects with, and `io-failed`.
 */
export async function writeBundle(file: string, request: BundleRequest): Promise<{ readonly bytes: number }> {
  const temporary = `${file}.${String(process.pid)}.part`;
  let bytes = 0;
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const piece of tarOf(request)) {
      bytes += piece.length;
      yield piece;
    }
  };
  try {
    const { signal } = request;
    const target = createWriteStream(temporary, { flags: 'wx' });
    await pipeline(
      Readable.from(counted(), { objectMode: false }),
      target,
      signal === undefined ? {} : { signal },
    );
    await rename(temporary, file);
    return { bytes };
  } catch (error) {
    // Why it could not be written says more than that nothing could be removed.
    await rm(temporary, { force: true }).catch(() => undefined);
    if (error instanceof McpcatError) throw error;
    if (request.signal?.aborted === true) throw new McpcatError('cancelled', 'cancelled', { cause: error });
    throw new McpcatError('io-failed', `can't write ${file}: ${messageOf(error)}`, { cause: error });
  }
}

async function* tarOf({ servers, texts, onProgress }: BundleRequest): AsyncGenerator<Uint8Array> {
  yield* textEntry(bundlePlace.layout, canonicalJson({ imageLayoutVersion: '1.0.0' }).toString());
  for (const [name, text] of [...texts, [bundlePlace.facts, jsonText(factsOf(servers))] as const].toSorted(
    byName,
  ))
    yield* textEntry(name, text);
  yield* textEntry(bundlePlace.index, canonicalJson(indexOf(servers)).toString());
  const contents = new Map(servers.flatMap(({ image }) => image.contents.map((one) => [one.digest, one])));
  const sorted = [...contents.values()].toSorted((a, b) => (a.digest < b.digest ? -1 : 1));
  const total = sorted.reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  for (const content of sorted) {
    yield* blobEntry(content);
    done += content.size;
    onProgress?.(done, total);
  }
  yield Buffer.alloc(2 * blockBytes);
}

function byName([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : 1;
}

function* textEntry(name: string, text: string): Generator<Uint8Array> {
  const bytes = Buffer.from(text);
  yield encodeHeader(plainFile(name, bytes.length));
  yield Buffer.concat([bytes, Buffer.alloc(paddingOf(bytes.length))]);
}

/** What it reads ends with an error unless it has the digest and the size that its name says. */
async function* blobEntry({ digest, size, read }: Content): AsyncGenerator<Uint8Array> {
  yield encodeHeader(plainFile(`${bundlePlace.blobs}/${hexOf(digest)}`, size));
  yield* read();
  yield Buffer.alloc(paddingOf(size));
}

function factsOf(servers: readonly BundledServer[]): BundleFacts {
  const platforms = new Set(servers.flatMap(({ image }) => image.platforms));
  const named = servers.map(
    ({ name, repository, image }) => [name, { repository, digest: image.root.digest }] as const,
  );
  return {
    bundleVersion: 1,
    servers: Object.fromEntries(named.toSorted(([a], [b]) => (a < b ? -1 : 1))),
    platforms: [...platforms].toSorted(),
  };
}

function indexOf(servers: readonly BundledServer[]): object {
  const sorted = servers.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return {
    schemaVersion: 2,
    manifests: sorted.flatMap(({ name, image }) => [
      { ...image.root, annotations: { [refName]: name } },
      ...image.attached,
    ]),
  };
}

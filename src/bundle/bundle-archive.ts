import { maxBundleBytes } from '../attest/verify-statement.ts';
import { McpcatError, messageOf } from '../lib/errors.ts';
import {
  imageManifestIn,
  indexIn,
  mediaType,
  type Descriptor,
  type Manifest,
  type PlatformDescriptor,
} from '../registry/content/manifest.ts';
import { Digester, digestOf, hexOf, type Digest } from '../registry/digest.ts';
import type { FileWindow } from '../registry/repack/file-window.ts';
import { indexTar, type IndexedEntry } from '../registry/repack/tar-index.ts';
import { BundleFacts, bundlePlace } from './bundle-file.ts';

/** What a bundle's texts and manifests come to at most; blobs of images are read in pieces. */
const maxTextBytes = 32 << 20;
const maxEntries = 100_000;

const blobName = /^blobs\/sha256\/[0-9a-f]{64}$/;
const textName = /^mcpcat\/(?:[A-Za-z0-9][\w.-]*\/)?[A-Za-z0-9][\w.-]*$/;

/** A bundle as a file: nothing of it is believed, and nothing is unpacked. What has a digest is checked when it is read. */
export class BundleArchive {
  readonly #window: FileWindow;
  readonly #entries: ReadonlyMap<string, IndexedEntry>;
  readonly #file: string;

  private constructor(file: string, window: FileWindow, entries: ReadonlyMap<string, IndexedEntry>) {
    this.#file = file;
    this.#window = window;
    this.#entries = entries;
  }

  /** Rejects with `io-failed` for what is no bundle, holds other files than one may, or two of one name. */
  static async open(file: string, window: FileWindow): Promise<BundleArchive> {
    const entries = new Map<string, IndexedEntry>();
    for (const entry of await entriesOf(file, window)) {
      const { name, type } = entry;
      const isKnown =
        name === bundlePlace.layout ||
        name === bundlePlace.index ||
        blobName.test(name) ||
        textName.test(name);
      if (!isKnown || type !== 'file') throw notOne(file, `it holds "${name}" (${type})`);
      if (entries.has(name)) throw notOne(file, `it holds "${name}" twice`);
      entries.set(name, entry);
    }
    return new BundleArchive(file, window, entries);
  }

  /** Names below `mcpcat/`. */
  get texts(): readonly string[] {
    return [...this.#entries.keys()].filter((name) => textName.test(name));
  }

  /** Undefined if it has none. Rejects with `io-failed` for one that is too large. */
  async text(name: string): Promise<string | undefined> {
    const entry = this.#entries.get(name);
    return entry === undefined ? undefined : (await this.#whole(entry)).toString('utf8');
  }

  async facts(): Promise<BundleFacts> {
    const parsed = BundleFacts.safeParse(jsonIn((await this.text(bundlePlace.facts)) ?? ''));
    if (parsed.success) return parsed.data;
    throw notOne(this.#file, `expected ${bundlePlace.facts} of version 1, found something else`);
  }

  /** What its layout lists: images, and what is attached to them. */
  async listed(): Promise<readonly PlatformDescriptor[]> {
    const bytes = Buffer.from((await this.text(bundlePlace.index)) ?? '');
    return indexIn({ bytes, mediaType: mediaType.index }, this.#file).manifests;
  }

  /**
   * What of all listed is attached, by the digest that each says itself that it is about: that only chooses what is
   * looked at.
   */
  async attached(
    listed: readonly PlatformDescriptor[],
  ): Promise<ReadonlyMap<unknown, readonly PlatformDescriptor[]>> {
    const found = new Map<unknown, PlatformDescriptor[]>();
    // One that is listed again is not read again: a list is cheaper to write than to follow.
    for (const artifact of new Map(listed.map((one) => [one.digest, one])).values()) {
      if (artifact.artifactType === undefined) continue;
      const { bytes } = await this.manifest(artifact.digest, artifact.mediaType);
      const subject: unknown = Reflect.get(Object(jsonIn(bytes.toString('utf8'))), 'subject');
      const digest: unknown = Reflect.get(Object(subject), 'digest');
      found.set(digest, [...(found.get(digest) ?? []), artifact]);
    }
    return found;
  }

  /** Rejects with `integrity-mismatch` for what its name does not say, `image-missing` if it is not there. */
  async manifest(digest: Digest, type: string): Promise<Manifest> {
    const bytes = await this.#whole(this.#blob(digest));
    const found = digestOf(bytes);
    if (found !== digest) throw mismatch(this.#file, digest, found);
    return { digest, mediaType: type, bytes };
  }

  /** The one layer of an artifact, which is no larger than a statement may be. */
  async artifactLayer(descriptor: Pick<Descriptor, 'digest' | 'mediaType'>): Promise<Descriptor> {
    const manifest = await this.manifest(descriptor.digest, descriptor.mediaType);
    const { layers } = imageManifestIn(manifest, this.#file);
    const [layer, ...more] = layers;
    if (layer === undefined || more.length > 0)
      throw notOne(this.#file, 'a statement has more than one layer');
    if (layer.size <= maxBundleBytes) return layer;
    throw notOne(
      this.#file,
      `a statement has ${String(layer.size)} bytes, expected at most ${String(maxBundleBytes)}`,
    );
  }

  /** Rejects with `integrity-mismatch` for another content or size. */
  async layerText(layer: Descriptor): Promise<string> {
    const pieces: Uint8Array[] = [];
    for await (const piece of this.blob(layer)) pieces.push(piece);
    return Buffer.concat(pieces).toString('utf8');
  }

  /** A blob in pieces: whoever reads must not use them before the end. */
  async *blob({ digest, size }: Descriptor): AsyncGenerator<Uint8Array> {
    const entry = this.#blob(digest);
    if (entry.size !== size) throw mismatch(this.#file, `${String(size)} bytes`, String(entry.size));
    const digester = new Digester();
    for await (const piece of this.#window.range(entry.offset, size)) {
      digester.update(piece);
      yield piece;
    }
    const found = digester.digest();
    if (found !== digest) throw mismatch(this.#file, digest, found);
  }

  #blob(digest: Digest): IndexedEntry {
    const entry = this.#entries.get(`${bundlePlace.blobs}/${hexOf(digest)}`);
    if (entry !== undefined) return entry;
    throw new McpcatError('image-missing', `${this.#file}: the bundle does not hold ${digest}`, {
      hint: 'it may be one for another platform',
    });
  }

  async #whole({ name, offset, size }: IndexedEntry): Promise<Buffer> {
    if (size > maxTextBytes)
      throw notOne(
        this.#file,
        `"${name}" has ${String(size)} bytes, expected at most ${String(maxTextBytes)}`,
      );
    const pieces: Uint8Array[] = [];
    for await (const piece of this.#window.range(offset, size)) pieces.push(piece);
    return Buffer.concat(pieces);
  }
}

async function entriesOf(file: string, window: FileWindow): Promise<readonly IndexedEntry[]> {
  try {
    return await indexTar(window, maxEntries);
  } catch (error) {
    throw notOne(file, messageOf(error), error);
  }
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function notOne(file: string, reason: string, cause?: unknown): McpcatError {
  return new McpcatError('io-failed', `${file} is no bundle: ${reason}`, { cause });
}

function mismatch(file: string, expected: string, found: string): McpcatError {
  return new McpcatError('integrity-mismatch', `${file}: expected ${expected}, found ${found}`, {
    hint: 'refused: the bundle was changed after it was made',
  });
}

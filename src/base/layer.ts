import type { DebEntry } from '../debian/deb/deb-entry.ts';
import { mediaType, type Descriptor } from '../registry/content/manifest.ts';
import { Digester } from '../registry/digest.ts';
import { canonicalEntries } from '../registry/repack/canonical.ts';
import { blockBytes, paddingOf, plainFile, type TarEntry } from '../registry/repack/tar-entry.ts';
import { encodeHeader } from '../registry/repack/tar-header.ts';
import { ancestorsOf } from './merge-packages.ts';

/** An uncompressed layer. `digest` is its diff id; `pieces` may be called any number of times. */
export interface Layer extends Descriptor {
  readonly pieces: () => Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

const empty = Buffer.alloc(0);

/**
 * The canonical layer of these files: the same entries give the same bytes, whoever packs them. All belongs to root,
 * has the time 0 and no set-uid or set-gid bit; folders that are missing above an entry are made.
 */
export function layerOf(files: Iterable<DebEntry>): Layer {
  const byName = new Map([...files].map((file) => [file.name, file]));
  for (const name of [...byName.keys()].flatMap(ancestorsOf))
    if (!byName.has(name)) byName.set(name, folderEntry(name));
  const entries = canonicalEntries([...byName.values()].filter(({ name }) => name !== '').map(tarEntry), 0);
  const pieces = (): Generator<Buffer> => tarPieces(entries);
  const digester = new Digester();
  for (const piece of pieces()) digester.update(piece);
  const size = digester.bytes;
  return { mediaType: mediaType.plainLayer, digest: digester.digest(), size, pieces };
}

export function fileEntry(name: string, content: string | Uint8Array, mode = 0o644): DebEntry {
  const bytes =
    typeof content === 'string'
      ? Buffer.from(content)
      : Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  return { name, type: 'file', mode, linkName: '', content: bytes };
}

export function folderEntry(name: string, mode = 0o755): DebEntry {
  return { name, type: 'folder', mode, linkName: '', content: empty };
}

type Filled = TarEntry & { readonly content: Buffer };

function tarEntry({ name, type, mode, linkName, content }: DebEntry): Filled {
  return { ...plainFile(name, content.length), type, mode: mode & 0o1777, linkName, content };
}

function* tarPieces(entries: readonly Filled[]): Generator<Buffer> {
  for (const entry of entries) {
    yield encodeHeader(entry);
    if (entry.size === 0) continue;
    yield entry.content;
    yield Buffer.alloc(paddingOf(entry.size));
  }
  yield Buffer.alloc(2 * blockBytes);
}

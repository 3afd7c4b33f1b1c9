import type { FileHandle } from 'node:fs/promises';
import { mediaType } from '../registry/content/manifest.ts';
import { Digester } from '../registry/digest.ts';
import { McpcatError } from '../lib/errors.ts';
import { canonicalEntries } from '../registry/repack/canonical.ts';
import { FileWindow } from '../registry/repack/file-window.ts';
import { indexTar, type IndexedEntry } from '../registry/repack/tar-index.ts';
import { tarPieces } from '../registry/repack/tar-pieces.ts';
import type { Layer } from './layer.ts';

/** What an engine or a run of dpkg leaves of itself: locks, backups of lists, names of the container. */
const traces =
  /^(\.dockerenv|run\/\.containerenv|etc\/(mtab|\.pwd\.lock|(passwd|group|shadow|gshadow|subuid|subgid)-)|var\/lib\/dpkg\/(lock.*|.*-old|triggers\/Lock))$/;

/**
 * The canonical layer of a tree that an engine has handed out as a tar: all belongs to root, has the time 0, no
 * set-uid or set-gid bit and no attributes. `file` must stay open as long as the layer is used.
 */
export async function treeLayer(file: FileHandle, keep: (name: string) => boolean): Promise<Layer> {
  const all = await indexTar(new FileWindow(file));
  const kept = all.filter(({ name }) => name !== '' && !traces.test(name) && keep(name));
  const entries = canonicalEntries(withMountPoints(kept.map(plain)), 0);
  refuseLooseLinks(entries);
  const pieces = (): AsyncIterable<Buffer> => {
    const window = new FileWindow(file);
    return tarPieces(entries, ({ offset, size: bytes }) => window.range(offset, bytes));
  };
  const digester = new Digester();
  for await (const piece of pieces()) digester.update(piece);
  const size = digester.bytes;
  return { mediaType: mediaType.plainLayer, digest: digester.digest(), size, pieces };
}

/** The kernel's file systems are mounted there. Podman's builder leaves both out of the image that it makes. */
const mountPoints = ['proc', 'sys'];

function withMountPoints(entries: readonly IndexedEntry[]): IndexedEntry[] {
  const names = new Set(entries.map(({ name }) => name));
  const missing = mountPoints.filter((name) => !names.has(name));
  return [...entries, ...missing.map(folder)];
}

function folder(name: string): IndexedEntry {
  const nothing = { linkName: '', size: 0, offset: 0, device: { major: 0, minor: 0 }, xattrs: new Map() };
  return { ...nothing, name, type: 'folder', mode: 0o755, uid: 0, gid: 0, mtime: 0 };
}

function plain(entry: IndexedEntry): IndexedEntry {
  return { ...entry, mode: entry.mode & 0o1777, uid: 0, gid: 0, mtime: 0, xattrs: new Map() };
}

/** A hard link to a file that is left out would end an engine's unpacking in the middle. */
function refuseLooseLinks(entries: readonly IndexedEntry[]): void {
  const names = new Set(entries.map(({ name }) => name));
  const loose = entries.find(({ type, linkName }) => type === 'hardlink' && !names.has(linkName));
  if (loose !== undefined)
    throw new McpcatError(
      'base-failed',
      `"${loose.name}" is one file with "${loose.linkName}", which is left out`,
    );
}

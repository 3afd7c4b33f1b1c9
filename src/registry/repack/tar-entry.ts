/**
 * One entry of a tar. Text fields are "binary strings", one character per byte, so that names in any encoding survive
 * and sort by their bytes.
 */
export interface TarEntry {
  /** Without `./` before and `/` after; empty for the root folder. */
  readonly name: string;
  readonly type: TarType;
  /** Permission bits, set-uid, set-gid and sticky included. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes of content; 0 for all but files. */
  readonly size: number;
  /** Seconds since the epoch. */
  readonly mtime: number;
  /** Of hard and symbolic links. */
  readonly linkName: string;
  readonly device: { readonly major: number; readonly minor: number };
  /** Extended attributes: capabilities of programs. */
  readonly xattrs: ReadonlyMap<string, string>;
}

export type TarType =
  'file' | 'hardlink' | 'symlink' | 'character-device' | 'block-device' | 'folder' | 'fifo';

/** The typeflag of each type (POSIX ustar). */
export const typeFlags = {
  file: '0',
  hardlink: '1',
  symlink: '2',
  'character-device': '3',
  'block-device': '4',
  folder: '5',
  fifo: '6',
} as const satisfies Record<TarType, string>;

export const blockBytes = 512;

/** Bytes to the next whole block. */
export function paddingOf(size: number): number {
  return (blockBytes - (size % blockBytes)) % blockBytes;
}

/** A plain file of root's with the time 0, for archives that we make. */
export function plainFile(name: string, size: number): TarEntry {
  return {
    name,
    size,
    type: 'file',
    mode: 0o644,
    uid: 0,
    gid: 0,
    mtime: 0,
    linkName: '',
    device: { major: 0, minor: 0 },
    xattrs: new Map(),
  };
}

/** One file, link or folder of a Debian package. Text is in "binary strings", one character per byte (tar-entry.ts). */
export interface DebEntry {
  /** Without `./` before and `/` after; empty for the root folder. */
  readonly name: string;
  readonly type: 'file' | 'symlink' | 'hardlink' | 'folder';
  /** Permission bits with set-uid, set-gid and sticky, as the package has them. */
  readonly mode: number;
  /** Of links: as it stands in the package; of hard links: the name of an earlier file. */
  readonly linkName: string;
  /** Empty for all but files. */
  readonly content: Buffer;
}

/** What is in a `.deb`. Owners and times are left out: a base has none but root and none but 0. */
export interface UnpackedDeb {
  /** The control file: `Package: …` and so on. */
  readonly control: string;
  readonly entries: readonly DebEntry[];
}

export interface DebLimits {
  /** Of the `.deb` itself. */
  readonly packedBytes: number;
  /** Of one file in it. */
  readonly memberBytes: number;
  /** Of all that it unpacks to, tar headers included. */
  readonly totalBytes: number;
  readonly members: number;
}

/** Far above any package of a base (the largest unpacks to 60 MB), far below what a machine has. */
export const defaultLimits: DebLimits = {
  packedBytes: 512 << 20,
  memberBytes: 512 << 20,
  totalBytes: 1024 << 20,
  members: 100_000,
};

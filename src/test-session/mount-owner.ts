import { chmod, chown, readdir } from 'node:fs/promises';
import path from 'node:path';
import type { MountMode } from '../sandbox/sandbox.ts';
import { codeOf } from '../lib/error-code.ts';

/**
 * How a user's folder can lie there: whose it is (undefined: ours), what its permission bits are (those of files follow)
 * and how it is handed over at most.
 */
export interface MountOwner {
  readonly uid: number | undefined;
  /** Permission bits of folders, as stat(2) has them. */
  readonly mode: number;
  readonly access: Exclude<MountMode, 'rw-all'>;
}

/** The image's user is nobody on this machine, so everybody may change what is handed over for a test. */
export const openToAll: MountOwner = { uid: undefined, mode: 0o777, access: 'rw' };

/** Gives a folder and all below it, or a file, to an owner. Only root can give to another. */
export async function giveTo(target: string, owner: MountOwner): Promise<void> {
  const entries = await readdir(target, { withFileTypes: true }).catch((error: unknown) => {
    if (codeOf(error) === 'ENOTDIR') return undefined;
    throw error;
  });
  for (const { name } of entries ?? []) await giveTo(path.join(target, name), owner);
  // A file may be read and written by whom the folder may, and started by nobody.
  await chmod(target, entries === undefined ? owner.mode & 0o666 : owner.mode);
  if (owner.uid !== undefined) await chown(target, owner.uid, owner.uid);
}

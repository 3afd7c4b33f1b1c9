import type { Entry } from '../catalog/entry.ts';
import { McpcatError } from '../lib/errors.ts';
import type { HandedMount } from './mounts.ts';
import type { Owner, Paths } from './sandbox.ts';

/** The account in every runtime base; numeric on both sides, because `USER 65532` alone means group 0. */
export const imageUser = '65532:65532';

/** A folder or file that the user handed over, with what the engine's host says about it. */
interface Handed {
  readonly name: string;
  readonly source: string;
  readonly owner: Owner;
  readonly kind: 'folder' | 'file';
  /** Permission bits that the server needs on it, as for one class: 7 to write in a folder, 5 to read; 6 and 4 for a file. */
  readonly needs: 4 | 5 | 6 | 7;
}

/**
 * The `uid:gid` that a server works as: never root. A folder handed over for writing, or one that is closed to others,
 * has the server work as its owner, so that it can, and so that its files belong to the user. Throws `entry-refused`
 * where no such account would do, instead of leaving the server with EACCES.
 */
export function userOf(
  entry: Entry,
  { handed: all, paths }: { handed: readonly Pick<HandedMount, 'declared' | 'folder'>[]; paths: Paths },
): string {
  const handed = all.flatMap(
    ({ declared: { name, kind = 'folder' }, folder: { source, readOnly } }): Handed[] => {
      const owner = paths.ownerOf(source);
      const needs = kind === 'file' ? (readOnly ? 4 : 6) : readOnly ? 5 : 7;
      return owner === undefined ? [] : [{ name, source, owner, kind, needs }];
    },
  );
  const deciding =
    handed.find(({ needs, owner }) => writes(needs) && owner.uid !== 0) ??
    handed.find(({ needs, owner }) => owner.uid !== 0 && !permits(owner.mode, needs));
  const user = deciding === undefined ? imageUser : userText(deciding.owner);
  const closed = handed.find((folder) => !opens(folder, user));
  if (closed !== undefined) throw shut(closed, { user, server: entry.name, deciding });
  return user;
}

/** Group 0 opens files of root's in many images; the image's group opens nothing. */
function userText({ uid, gid }: Owner): string {
  return `${String(uid)}:${gid === 0 ? '65532' : String(gid)}`;
}

function writes(needs: number): boolean {
  return permits(needs, 2);
}

function permits(bits: number, needs: number): boolean {
  return (bits & needs) === needs;
}

/**
 * Group bits count whatever the group: with an access control list they are its mask, and may stand for this very
 * account (acl(5)). So this refuses only what is surely closed.
 */
function opens({ owner, needs }: Handed, user: string): boolean {
  const { uid, mode } = owner;
  if (user.startsWith(`${String(uid)}:`)) return permits(mode >> 6, needs);
  return permits(mode, needs) || permits(mode >> 3, needs);
}

interface Circumstances {
  readonly user: string;
  readonly server: string;
  readonly deciding: Handed | undefined;
}

function shut(
  { name, source, owner, kind, needs }: Handed,
  { user, server, deciding }: Circumstances,
): McpcatError {
  const verb = writes(needs) ? (kind === 'file' ? 'write' : 'write in') : 'read';
  const rights = kind === 'file' ? 'u+rw' : 'u+rwx';
  const who = owner.uid === 0 ? 'root' : `uid ${String(owner.uid)}`;
  const because = deciding === undefined || deciding.name === name ? '' : `, as mount ${deciding.name} needs`;
  const bits = (owner.mode & 0o777).toString(8).padStart(3, '0');
  const message = `mount ${name}: ${server} works as ${user}${because}, which can't ${verb} ${source} (of ${who}, mode ${bits})`;
  const [uid = ''] = user.split(':');
  const hint =
    owner.uid === 0
      ? `a server never works as root: hand over a ${kind} of your own, or chown ${uid} ${source}`
      : `chmod ${rights} ${source}, or hand over ${kind}s of one owner`;
  return new McpcatError('entry-refused', message, { hint });
}

import type { Entry } from '../catalog/entry.ts';
import type { MountOwner } from '../test-session/mount-owner.ts';

/** By the name that a proof has for it. */
export const ownerChecks = ['owner-755', 'owner-700', 'owner-root', 'owner-rw'] as const;
export type OwnerCheck = (typeof ownerChecks)[number];

interface OwnerCase {
  readonly check: OwnerCheck;
  /** For people. */
  readonly says: string;
  readonly owner: MountOwner;
}

/** Nobody here, and not the image's user: what lies in its folder belongs to somebody else. */
const strangerUid = 54_321;

/**
 * How mounts can lie on a user's machine, as far as `uid` can make them. A server works as the image's user or as the
 * owner of a closed folder (sandbox/user.ts); to a plain user's own folder the former is the stranger.
 */
export function ownerCases({ permissions: { mounts } }: Entry, uid: number | undefined): OwnerCase[] {
  if (mounts.length === 0) return [];
  const other = uid === 0 ? strangerUid : undefined;
  const writable = mounts.some(({ mode }) => mode === 'rw');
  return [
    {
      check: 'owner-755',
      says: "somebody else's, mode 755, read-only",
      owner: { uid: other, mode: 0o755, access: 'ro' },
    },
    {
      check: 'owner-700',
      says: "somebody else's, mode 700, read-only",
      owner: { uid: other, mode: 0o700, access: 'ro' },
    },
    ...(uid === 0
      ? [
          {
            check: 'owner-root',
            says: "root's, mode 755, read-only",
            owner: { uid: 0, mode: 0o755, access: 'ro' },
          } as const,
        ]
      : []),
    ...(writable
      ? [
          {
            check: 'owner-rw',
            says: "somebody else's, mode 755, for writing",
            owner: { uid: other, mode: 0o755, access: 'rw' },
          } as const,
        ]
      : []),
  ];
}

/** What `uid` can't make, for people; undefined: nothing was left out. */
export function untriedOwners(
  { permissions: { mounts } }: Entry,
  uid: number | undefined,
): string | undefined {
  return mounts.length === 0 || uid === 0
    ? undefined
    : "folders of root's were not tried: only root can make them";
}

import { z } from 'zod';
import { archiveAddress } from './archive/suites.ts';

/** Debian's two archives; both keep their packages under `pool/` and lie beside each other on a mirror. */
const pool = /^(debian|debian-security)\/pool\/[\w.+~:%/-]+\.deb$/;

/** A Debian package by content, with the places where it is, or will have been. */
export const LockedDeb = z.strictObject({
  name: z.string(),
  version: z.string(),
  architecture: z.string(),
  /** Archive and path in it, as its index has it: `debian/pool/main/n/netbase/netbase_6.5_all.deb`. */
  pool: z.string().regex(pool),
  /** When the archive had it, from the `Date:` of its signed index: what the snapshot archive is asked for. */
  snapshot: z.string().regex(/^\d{8}T\d{6}Z$/),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.number().int().positive(),
});
export type LockedDeb = z.infer<typeof LockedDeb>;

/** The addresses that packages are fetched from. */
export interface DebianPlaces {
  /** Of the main archive: `http://deb.debian.org/debian`; the security archive lies beside it. */
  readonly mirror: string;
  /** `https://snapshot.debian.org`, or what stands in for it. */
  readonly snapshotArchive: string;
}

const dayMs = 86_400_000;

/**
 * Where a package is looked for, in order. The snapshot archive leads a time at which it has no copy to the last one
 * before, and that may be older than the index: hence a day later as well, when a package that was replaced at once
 * is still there.
 */
export function addressesOf(
  { pool: place, snapshot }: LockedDeb,
  { mirror, snapshotArchive }: DebianPlaces,
): readonly string[] {
  const archive = place.startsWith('debian-security/') ? 'debian-security' : 'debian';
  const rest = place.slice(archive.length + 1);
  const from = snapshotArchive.replace(/\/$/, '');
  const times = [snapshot, timestamp(new Date(dateOf(snapshot).getTime() + dayMs))];
  return [
    `${archiveAddress(mirror, archive)}/${rest}`,
    ...times.map((time) => `${from}/archive/${archive}/${time}/${rest}`),
  ];
}

/** `20261121T091544Z`, as the snapshot archive writes times. */
export function timestamp(date: Date): string {
  return date
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(/[-:]/g, '');
}

function dateOf(text: string): Date {
  return new Date(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}

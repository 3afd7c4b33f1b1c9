import type { Store } from '../fetch/store.ts';
import { McpcatError } from '../lib/errors.ts';
import { pool } from '../lib/pool.ts';
import { addressesOf, type DebianPlaces, type LockedDeb } from './locked-deb.ts';

export interface FetchDebs {
  readonly store: Store;
  readonly places: DebianPlaces;
  readonly signal?: AbortSignal | undefined;
}

/** A package of a lock, as a file of the store. */
export interface FetchedDeb {
  readonly deb: LockedDeb;
  readonly file: string;
}

/**
 * The packages as files of the store, in the order given: from the store, else the mirror, else the snapshot archive at
 * the lock's time. Rejects with `package-gone` where no place has one of them, and with `upstream-unavailable` where
 * a place that might have it does not answer.
 */
export async function fetchDebs(debs: readonly LockedDeb[], request: FetchDebs): Promise<FetchedDeb[]> {
  return pool(debs, 4, async (deb) => ({ deb, file: await fetchDeb(deb, request) }));
}

async function fetchDeb(deb: LockedDeb, { store, places, signal }: FetchDebs): Promise<string> {
  const subject = `${deb.name} ${deb.version}`;
  const hash = { algorithm: 'sha256', hex: deb.sha256 } as const;
  const failures: McpcatError[] = [];
  for (const url of addressesOf(deb, places)) {
    try {
      return await store.get({ url, hash, subject, signal });
    } catch (error) {
      if (!(error instanceof McpcatError) || !isOfThePlace(error)) throw error;
      failures.push(error);
    }
  }
  throw gone(subject, failures, places);
}

/** Trouble of one place, where the next may be better. */
function isOfThePlace({ code }: McpcatError): boolean {
  return code === 'package-unknown' || code === 'upstream-unavailable' || code === 'integrity-mismatch';
}

function gone(
  subject: string,
  failures: readonly McpcatError[],
  { mirror, snapshotArchive }: DebianPlaces,
): McpcatError {
  const outage = failures.find(({ code }) => code === 'upstream-unavailable');
  const detail = failures.map(({ message }) => message);
  if (outage !== undefined)
    return new McpcatError('upstream-unavailable', outage.message, {
      hint: outage.hint ?? '',
      detail,
      cause: outage,
    });
  return new McpcatError(
    'package-gone',
    `${subject}: neither ${mirror} nor the snapshot archive ${snapshotArchive} has the locked package`,
    {
      detail,
      hint: 'take another mirror or snapshot archive, or other bases than those that the catalog was verified on',
      inputs: [{ name: 'mirror' }, { name: 'snapshot' }, { name: 'newest-base' }],
    },
  );
}

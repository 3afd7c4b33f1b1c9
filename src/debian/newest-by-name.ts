import { text } from 'node:stream/consumers';
import type { Store } from '../fetch/store.ts';
import { McpcatError } from '../lib/errors.ts';
import { fetchIndexes } from './archive/fetch-indexes.ts';
import { compareVersions } from './compare-versions.ts';
import { decompressed } from './deb/decompress.ts';
import { archiveTimes, field, lockedDebOf } from './apt-plan.ts';
import type { LockedDeb } from './locked-deb.ts';

export interface ByName {
  readonly mirror: string;
  readonly templates: string;
  readonly store: Store;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The newest version of each of these packages, from the signed indexes alone. No resolver: what newer versions depend
 * on besides is not looked at. It is for the one case where there is no apt to ask, because the packages of which it
 * would be made are nowhere any more; dpkg then says whether they fit together.
 */
export async function newestByName(locked: readonly LockedDeb[], request: ByName): Promise<LockedDeb[]> {
  const architectures = [...new Set(locked.map(({ architecture }) => architecture))].filter(
    (name) => name !== 'all',
  );
  const { files, dates } = await fetchIndexes({ ...request, architectures });
  const times = archiveTimes(dates);
  const newest = new Map<string, LockedDeb>();
  const wanted = new Set(locked.map(keyOf));
  for (const [path, content] of files) {
    if (!path.endsWith('.xz')) continue;
    for (const record of (await text(decompressed(content, '.xz', path))).split('\n\n')) {
      if (!wanted.has(keyIn(record))) continue;
      const found = lockedDebOf(record, { subject: keyIn(record), times });
      const known = newest.get(keyOf(found));
      if (known === undefined || compareVersions(known.version, found.version) < 0)
        newest.set(keyOf(found), found);
    }
  }
  return locked.map((item) => newest.get(keyOf(item)) ?? gone(item));
}

function keyOf({ name, architecture }: Pick<LockedDeb, 'name' | 'architecture'>): string {
  return `${name}:${architecture}`;
}

function keyIn(record: string): string {
  return `${field(record, 'Package')}:${field(record, 'Architecture')}`;
}

function gone({ name, architecture }: LockedDeb): never {
  throw new McpcatError('package-gone', `${name}:${architecture}: the mirror has no version of it any more`, {
    hint: 'mcpcat base update, on a machine that has bases',
  });
}

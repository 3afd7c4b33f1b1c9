import { McpcatError } from '../lib/errors.ts';
import { recordsMark } from './apt-script.ts';
import type { Suite } from './archive/suites.ts';
import { LockedDeb, timestamp } from './locked-deb.ts';

/** For each archive: when its newest index was signed, as the snapshot archive writes times. */
export type ArchiveTimes = Readonly<Record<Suite['archive'], string>>;

export function archiveTimes(dates: Readonly<Record<Suite['archive'], Date>>): ArchiveTimes {
  return { debian: timestamp(dates.debian), 'debian-security': timestamp(dates['debian-security']) };
}

/**
 * Reads what the script of `planScript` printed; sorted by name. Rejects with `integrity-mismatch` where the index has no
 * hash for a package: nothing that is not under the signature may be fetched.
 */
export function readPlan(output: string, times: ArchiveTimes): LockedDeb[] {
  const [plan = '', records = ''] = output.split(`${recordsMark}\n`);
  const byVersion = new Map(
    records
      .split('\n\n')
      .map((record) => [
        `${field(record, 'Package')}=${field(record, 'Version')}:${field(record, 'Architecture')}`,
        record,
      ]),
  );
  const chosen = [...plan.matchAll(/^Inst (\S+) \((\S+) [^)]*\[(\w+)\]\)/gm)];
  return chosen
    .map(([, name = '', version = '', architecture = '']) => {
      const own = name.replace(/:.*$/, '');
      const record = byVersion.get(`${own}=${version}:${architecture}`) ?? '';
      return lockedDebOf(record, { subject: `${own}=${version}`, times });
    })
    .sort((a, b) => (a.name === b.name ? compare(a.architecture, b.architecture) : compare(a.name, b.name)));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : 1;
}

/** A record of an index as a lock has it. */
export function lockedDebOf(
  record: string,
  { subject, times }: { readonly subject: string; readonly times: ArchiveTimes },
): LockedDeb {
  const file = field(record, 'Filename');
  const archive = file.startsWith('pool/updates/') ? 'debian-security' : 'debian';
  const parsed = LockedDeb.safeParse({
    name: field(record, 'Package'),
    version: field(record, 'Version'),
    architecture: field(record, 'Architecture'),
    pool: `${archive}/${file}`,
    snapshot: times[archive],
    sha256: field(record, 'SHA256'),
    bytes: Number(field(record, 'Size')),
  });
  if (parsed.success) return parsed.data;
  throw new McpcatError('integrity-mismatch', `deb:${subject}: the index has no file or no hash for it`);
}

/** Of a record of an index; empty if it has none of that name. */
export function field(record: string, name: string): string {
  return new RegExp(`^${name}: (.*)$`, 'm').exec(record)?.[1] ?? '';
}

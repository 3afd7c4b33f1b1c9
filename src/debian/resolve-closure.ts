import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { McpcatError } from '../lib/errors.ts';
import { apt, isolatedApt, type AptState } from './apt.ts';
import { LockedDeb, timestamp } from './locked-deb.ts';

export interface ClosureRequest extends AptState {
  /** Names; what they depend on comes with them, what they recommend does not. */
  readonly packages: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

/** The packages and all that they depend on, by the newest signed indexes of trixie, sorted by name. */
export async function resolveClosure(request: ClosureRequest): Promise<LockedDeb[]> {
  const options = await isolatedApt(request);
  await apt(request, ['apt-get', ...options, 'update', '-qq']);
  const install = ['install', '-s', '--no-install-recommends', '-qq', ...request.packages];
  const plan = await apt(request, ['apt-get', ...options, ...install]);
  const chosen = [...plan.matchAll(/^Inst (\S+) \(([^ ]+)/gm)].map(([, name = '', version = '']) => ({
    name: name.replace(/:.*$/, ''),
    version,
  }));
  const wanted = chosen.map(({ name, version }) => `${name}=${version}`);
  const records = (await apt(request, ['apt-cache', ...options, 'show', ...wanted])).split('\n\n');
  const times = await indexTimes(path.join(request.folder, 'apt', 'lists'));
  return chosen.map((item) => lockedOf(item, { records, times })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

type Times = Readonly<Record<'debian' | 'debian-security', string>>;

function lockedOf(
  { name, version }: { readonly name: string; readonly version: string },
  { records, times }: { readonly records: readonly string[]; readonly times: Times },
): LockedDeb {
  const record =
    records.find((text) => field(text, 'Package') === name && field(text, 'Version') === version) ?? '';
  const file = field(record, 'Filename');
  const archive = file.startsWith('pool/updates/') ? 'debian-security' : 'debian';
  const parsed = LockedDeb.safeParse({
    name,
    version,
    architecture: field(record, 'Architecture'),
    pool: `${archive}/${file}`,
    snapshot: times[archive],
    sha256: field(record, 'SHA256'),
    bytes: Number(field(record, 'Size')),
  });
  if (parsed.success) return parsed.data;
  throw new McpcatError('lock-refused', `deb:${name}=${version}: the index has no file or no hash for it`);
}

function field(record: string, name: string): string {
  return new RegExp(`^${name}: (.*)$`, 'm').exec(record)?.[1] ?? '';
}

/** For each archive the newest `Date:` of its signed indexes: all that they name was there at that time. */
async function indexTimes(folder: string): Promise<Times> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('InRelease'));
  const dates = await Promise.all(
    files.map(async (name) => {
      const text = await readFile(path.join(folder, name), 'utf8');
      return {
        security: name.includes('debian-security'),
        date: new Date(/^Date: (.+)$/m.exec(text)?.[1] ?? 'none'),
      };
    }),
  );
  const newest = (security: boolean): string => {
    const times = dates.filter((item) => item.security === security).map(({ date }) => date.getTime());
    const time = Math.max(...times);
    if (Number.isFinite(time)) return timestamp(new Date(time));
    throw new McpcatError(
      'system-unresolved',
      'expected a date in the signed indexes of the mirror, found none',
    );
  };
  return { debian: newest(false), 'debian-security': newest(true) };
}

import { McpcatError } from '../lib/errors.ts';
import { recordsMark } from './apt-script.ts';

/** A package as apt chose it, with what the signed index says of it. */
export interface ResolvedPackage {
  readonly name: string;
  readonly version: string;
  /** `all` for those that are the same everywhere. */
  readonly architecture: string;
  /** Where it lies below a mirror's root: `debian/pool/main/…`, `debian-security/pool/updates/main/…`. */
  readonly pool: string;
  readonly sha256: string;
  readonly bytes: number;
}

/**
 * Reads what the script of `aptScript` printed; sorted by name. Rejects with `integrity-mismatch` where the index has no
 * hash for a package: nothing that is not under the signature may be fetched.
 */
export function readPlan(output: string): ResolvedPackage[] {
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
      return resolved(record, `${own}=${version}`);
    })
    .sort((a, b) => (a.name === b.name ? compare(a.architecture, b.architecture) : compare(a.name, b.name)));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : 1;
}

function resolved(record: string, subject: string): ResolvedPackage {
  const file = field(record, 'Filename');
  const sha256 = field(record, 'SHA256');
  if (!/^pool\/(?:[\w+~-][\w.+~:-]*\/)*[\w.+~:-]+\.deb$/.test(file) || !/^[0-9a-f]{64}$/.test(sha256))
    throw new McpcatError('integrity-mismatch', `deb:${subject}: the index has no hash for it`);
  return {
    name: field(record, 'Package'),
    version: field(record, 'Version'),
    architecture: field(record, 'Architecture'),
    pool: `${file.startsWith('pool/updates/') ? 'debian-security' : 'debian'}/${file}`,
    sha256,
    bytes: Number(field(record, 'Size')),
  };
}

function field(record: string, name: string): string {
  return new RegExp(`^${name}: (.*)$`, 'm').exec(record)?.[1] ?? '';
}

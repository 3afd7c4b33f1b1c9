import path from 'node:path';
import { readBaseLock } from '../base/base-lock.ts';
import type { Runtime } from '../base/recipe.ts';
import type { Entry } from '../catalog/entry.ts';
import type { Artifact } from '../catalog/lock.ts';
import { McpcatError } from '../lib/errors.ts';
import { apt, isolatedApt } from './apt.ts';

type DebArtifact = Extract<Artifact, { kind: 'deb' }>;

/** Never unpacked into an image: it has no shell, no package manager, and maintainer scripts do not run. */
const never = new Set([
  ...[
    'dash',
    'bash',
    'busybox',
    'dpkg',
    'apt',
    'debconf',
    'adduser',
    'passwd',
    'base-passwd',
    'coreutils',
    'login',
  ],
  ...[
    'init-system-helpers',
    'sysvinit-utils',
    'systemd',
    'ucf',
    'mawk',
    'sed',
    'grep',
    'tar',
    'gzip',
    'libc-bin',
    'perl-base',
  ],
  ...[
    'util-linux',
    'bsdutils',
    'findutils',
    'diffutils',
    'debianutils',
    'hostname',
    'sensible-utils',
    'xdg-utils',
    'dbus',
  ],
]);

export interface DebianRequest {
  readonly wanted: Entry['system'];
  readonly runtime: Runtime;
  readonly templates: string;
  /** An empty folder for apt's state; the machine's own is never touched. */
  readonly folder: string;
  readonly mirror: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The Debian packages (and what they depend on) that an entry needs and its base has not, with version, pool file
 * and SHA-256 from the signed index of trixie. amd64 only so far.
 */
export async function debianArtifacts(request: DebianRequest): Promise<DebArtifact[]> {
  if (request.wanted.length === 0) return [];
  const platform = 'linux/amd64';
  const base = await readBaseLock(request.templates, request.runtime, platform);
  const held = new Set(base.runtime.map(({ name }) => name));
  const names = request.wanted.map((item) => (typeof item === 'string' ? item : item.package));
  const without = new Set(request.wanted.flatMap((item) => (typeof item === 'string' ? [] : item.without)));
  const options = await isolatedApt({ ...request, architecture: 'amd64' });
  await apt(request, ['apt-get', ...options, 'update', '-qq']);
  const plan = await apt(request, [
    'apt-get',
    ...options,
    'install',
    '-s',
    '--no-install-recommends',
    '-qq',
    ...names,
  ]);
  const chosen = [...plan.matchAll(/^Inst (\S+) \(([^ ]+)/gm)]
    .map((match) => ({ name: match[1] ?? '', version: match[2] ?? '' }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const unknown = [...without].filter((name) => !chosen.some((item) => item.name === name));
  if (unknown.length > 0) {
    throw new McpcatError(
      'entry-invalid',
      `system: \`without\` names ${unknown.join(', ')}, which ${names.join(', ')} does not bring`,
    );
  }
  const needed = chosen.filter(({ name }) => !held.has(name) && !never.has(name) && !without.has(name));
  const records = await apt(request, [
    'apt-cache',
    ...options,
    'show',
    ...needed.map(({ name, version }) => `${name}=${version}`),
  ]);
  return needed.map(({ name, version }) => artifactOf(records, { name, version, platform }));
}

function artifactOf(
  records: string,
  { name, version, platform }: { name: string; version: string; platform: 'linux/amd64' },
): DebArtifact {
  const record = records
    .split('\n\n')
    .find((text) => field(text, 'Package') === name && field(text, 'Version') === version);
  const file = field(record ?? '', 'Filename');
  const sha256 = field(record ?? '', 'SHA256');
  if (file === '' || sha256 === '')
    throw new McpcatError('lock-refused', `deb:${name}=${version}: the index has no hash for it`);
  return {
    kind: 'deb',
    name,
    version,
    url: `https://deb.debian.org/${file.startsWith('pool/updates/') ? 'debian-security' : 'debian'}/${file}`,
    bytes: Number(field(record ?? '', 'Size')),
    platforms: [platform],
    file: path.basename(file),
    sha256,
  };
}

function field(record: string, name: string): string {
  return new RegExp(`^${name}: (.*)$`, 'm').exec(record)?.[1] ?? '';
}

import path from 'node:path';
import { readBaseLock } from '../base/base-lock.ts';
import type { Runtime } from '../base/recipe.ts';
import type { Entry } from '../catalog/entry.ts';
import type { Artifact } from '../catalog/lock.ts';
import { McpcatError } from '../lib/errors.ts';
import type { ResolveDebian } from './confined-apt.ts';

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
  /** Not called where nothing is wanted. */
  readonly resolve: ResolveDebian;
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
  const wishes = { packages: names, essential: false, architectures: ['amd64'] };
  const packages = await request.resolve(wishes);
  const unknown = [...without].filter((name) => !packages.some((item) => item.name === name));
  if (unknown.length > 0) {
    throw new McpcatError(
      'entry-invalid',
      `system: \`without\` names ${unknown.join(', ')}, which ${names.join(', ')} does not bring`,
    );
  }
  return packages
    .filter(({ name }) => !held.has(name) && !never.has(name) && !without.has(name))
    .map(({ name, version, pool, sha256, bytes }) => ({
      kind: 'deb',
      name,
      version,
      url: `https://deb.debian.org/${pool}`,
      bytes,
      platforms: [platform],
      file: path.basename(pool),
      sha256,
    }));
}

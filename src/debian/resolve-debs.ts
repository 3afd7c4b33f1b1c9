import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { readBaseLock } from '../base/base-lock.ts';
import type { Runtime } from '../base/recipe.ts';
import type { Entry } from '../catalog/entry.ts';
import type { Artifact } from '../catalog/lock.ts';
import { McpcatError, messageOf } from '../lib/errors.ts';

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
  const options = await isolatedApt(request);
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

/** apt with folders of its own, an empty status and the Debian archive's keys. */
async function isolatedApt({ folder, mirror }: DebianRequest): Promise<string[]> {
  const root = path.join(folder, 'apt');
  const lists = path.join(root, 'lists');
  await mkdir(path.join(lists, 'partial'), { recursive: true });
  await mkdir(path.join(root, 'archives', 'partial'), { recursive: true });
  const keys = '[arch=amd64 signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]';
  const security = mirror.replace(/\/debian\/?$/, '/debian-security');
  const sources = [
    `deb ${keys} ${mirror} trixie main`,
    `deb ${keys} ${mirror} trixie-updates main`,
    `deb ${keys} ${security} trixie-security main`,
  ];
  await writeFile(path.join(root, 'sources.list'), `${sources.join('\n')}\n`);
  await writeFile(path.join(root, 'status'), '');
  const settings = {
    'Dir::Etc::sourcelist': path.join(root, 'sources.list'),
    'Dir::Etc::sourceparts': '-',
    'Dir::State': root,
    'Dir::State::lists': lists,
    'Dir::State::status': path.join(root, 'status'),
    'Dir::Cache': root,
    'Dir::Cache::archives': path.join(root, 'archives'),
    'APT::Architecture': 'amd64',
    'APT::Architectures': 'amd64',
    'APT::Sandbox::User': 'root',
    'Debug::NoLocking': 'true',
  };
  return Object.entries(settings).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
}

async function apt({ signal }: DebianRequest, [program = '', ...args]: readonly string[]): Promise<string> {
  try {
    const env = { ...process.env, LC_ALL: 'C' };
    const { stdout } = await promisify(execFile)(program, args, { maxBuffer: 64 << 20, signal, env });
    return stdout;
  } catch (error) {
    const stderr: unknown =
      typeof error === 'object' && error !== null ? Reflect.get(error, 'stderr') : undefined;
    const detail = typeof stderr === 'string' ? stderr.split('\n').filter(Boolean) : [messageOf(error)];
    throw new McpcatError('lock-refused', `system packages can't be resolved: ${detail[0] ?? program}`, {
      detail,
      hint: 'this needs apt (Debian or Ubuntu), its archive keys and the mirror',
      cause: error,
    });
  }
}

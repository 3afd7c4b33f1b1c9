import { writeFile } from 'node:fs/promises';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Artifact, Lock } from '../catalog/lock.ts';
import { fitsPlatform, nameOfPlace, PackageLock, type LockedPackage } from '../catalog/package-lock.ts';
import type { Platform } from '../engine/engine.ts';
import { McpcatError } from '../lib/errors.ts';
import { jsonText } from '../lib/folders.ts';
import { unlessAborted } from '../lib/unless-aborted.ts';
import { canonicalHosts, hostFor } from '../upstream/hosts.ts';
import { npmRelease, type NpmRelease } from '../upstream/npm.ts';
import { withoutAbsentOptionals } from './absent-optionals.ts';
import { refusedSource, unresolved } from './npm-failure.ts';
import type { Resolution, ResolveRequest } from './resolution.ts';

const platforms: readonly Platform[] = ['linux/amd64', 'linux/arm64'];

/** Neither git is run nor a folder or another host read, whatever a dependency asks for. */
const registryOnly = {
  allowGit: 'none',
  allowRemote: 'none',
  allowFile: 'none',
  allowDirectory: 'none',
} as const;
/** As patient as `httpGet`. */
const retries = {
  fetchRetries: 3,
  fetchRetryFactor: 2,
  fetchRetryMintimeout: 500,
  fetchRetryMaxtimeout: 30_000,
} as const;

/** Resolves an npm package and its whole tree with npm's own resolver; nothing is installed. */
export async function resolveNpm(request: ResolveRequest): Promise<Resolution> {
  const { source, env, signal } = request;
  const release = await npmRelease(source.name, { range: source.range, env, signal });
  const text = withoutAbsentOptionals(await packageLock(request, release.version));
  const { packages } = PackageLock.parse(JSON.parse(text));
  const tree = Object.entries(packages).filter(([place]) => place !== '');
  return { lock: lockOf(request, { release, tree }), files: { 'package-lock.json': text } };
}

async function packageLock(
  { source, env, folder, before, signal }: ResolveRequest,
  version: string,
): Promise<string> {
  const { default: Arborist } = await import('@npmcli/arborist');
  const manifest = {
    name: 'mcpcat-server',
    version: '0.0.0',
    private: true,
    dependencies: { [source.name]: version },
  };
  await writeFile(path.join(folder, 'package.json'), jsonText(manifest));
  const registry = registryOf(env);
  const arborist = new Arborist({
    path: folder,
    cache: path.join(folder, 'cache'),
    ...registry,
    lockfileVersion: 3,
    audit: false,
    ...(before === undefined ? {} : { before }),
    ...(signal === undefined ? {} : { signal }),
    ...registryOnly,
    ...retries,
  });
  const subject = `${source.name}@${version}`;
  const building = arborist.buildIdealTree({ omit: ['dev'] });
  // The signal ends its requests, but it tries each three times more, with pauses: nobody waits for those.
  const tree = await (signal === undefined ? building : unlessAborted(building, signal)).catch(
    (error: unknown) => {
      if (signal?.aborted === true) throw new McpcatError('cancelled', `npm:${subject}: cancelled`);
      throw unresolved(error, subject);
    },
  );
  await tree.meta.save();
  const text = await readFile(path.join(folder, 'package-lock.json'), 'utf8');
  return withPublicAddresses(text, registry.registry);
}

/** The registry as npm's client takes it: whoever has to sign in does so by an option of its own, not in the address. */
function registryOf(env: ResolveRequest['env']): { readonly registry: string } & Record<string, string> {
  const url = new URL(`${hostFor('npm', env)}/`);
  const { username, password } = url;
  url.username = '';
  url.password = '';
  if (username === '' && password === '') return { registry: url.href };
  const signIn = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return {
    registry: url.href,
    [`//${url.host}${url.pathname}:_auth`]: Buffer.from(signIn).toString('base64'),
  };
}

/** A mirror puts its own address into what it hands out; a lock has the public one, which is made of name and version. */
function withPublicAddresses(text: string, registry: string): string {
  if (registry === `${canonicalHosts.npm}/`) return text;
  const lock = z.looseObject({ packages: z.record(z.string(), z.looseObject({})) }).parse(JSON.parse(text));
  for (const [place, entry] of Object.entries(lock.packages)) {
    const { resolved, name = nameOfPlace(place), version } = PublicAddress.parse(entry);
    if (resolved?.startsWith(registry) !== true) continue;
    const file = resolved.slice(registry.length);
    const usual = `${name}/-/${name.replace(/^@[^/]+\//, '')}-${version ?? ''}.tgz`;
    entry['resolved'] = `${canonicalHosts.npm}/${tarballPath.test(file) ? file : usual}`;
  }
  return jsonText(lock);
}

/** `name` is there where a package stands under another one. */
const PublicAddress = z.object({
  resolved: z.string().optional(),
  name: z.string().optional(),
  version: z.string().optional(),
});
/** As npm's own registry has them; some mirrors repeat the scope. */
const tarballPath = /^(?:@[^/]+\/)?[^/]+\/-\/[^/]+\.tgz$/;

interface Resolved {
  readonly release: NpmRelease;
  readonly tree: readonly (readonly [place: string, entry: LockedPackage])[];
}

function lockOf({ source }: ResolveRequest, { release, tree }: Resolved): Lock {
  const bin = Object.entries(release.bin).map(
    ([name, file]) => [name, `node_modules/${source.name}/${file}`] as const,
  );
  const scripts = tree
    .filter(([, { hasInstallScript }]) => hasInstallScript === true)
    .map(([place]) => nameOfPlace(place));
  return {
    lockVersion: 1,
    source: `npm:${source.name}`,
    version: release.version,
    ...(release.published === undefined ? {} : { published: release.published }),
    ...(release.license === undefined ? {} : { license: release.license }),
    runtime: 'node',
    ...(release.node === undefined ? {} : { requires: release.node }),
    bin: Object.fromEntries(bin.toSorted(([a], [b]) => (a < b ? -1 : 1))),
    scripts: [...new Set(scripts)].sort(),
    artifacts: tree.flatMap(([place, entry]) => artifactOf(place, entry)),
  };
}

/** Refuses what could not be checked: `npm ci` would install an entry without integrity without a word. */
function artifactOf(place: string, entry: LockedPackage): Artifact[] {
  if (entry.inBundle === true) return []; // inside its parent's tarball
  const name = nameOfPlace(place);
  const refuse = (found: string): McpcatError => refusedSource(name, found);
  if (entry.link === true) throw refuse('a link to a folder');
  const { resolved, integrity, version } = entry;
  if (resolved?.startsWith(`${canonicalHosts.npm}/`) !== true) throw refuse(resolved ?? 'no address');
  if (integrity === undefined) throw refuse('no integrity');
  const sha512 = integrity.split(/\s+/).find((hash) => hash.startsWith('sha512-'));
  if (sha512 === undefined) throw refuse(integrity.slice(0, 20));
  const fitting = platforms.filter((platform) => fitsPlatform(entry, platform));
  if (fitting.length === 0 && entry.optional === true) return [];
  return [
    {
      kind: 'npm',
      name,
      version: version ?? '',
      url: resolved,
      integrity: sha512,
      ...(fitting.length === platforms.length || fitting.length === 0 ? {} : { platforms: [...fitting] }),
    },
  ];
}

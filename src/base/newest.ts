import { createHash } from 'node:crypto';
import { maxSatisfying } from 'semver';
import { z } from 'zod';
import { h1OfZip, maxModuleBytes } from '../fetch/go-hash.ts';
import { hashOfIntegrity } from '../fetch/store.ts';
import { McpcatError } from '../lib/errors.ts';
import { bodyWithin } from '../lib/body-within.ts';
import { httpGet } from '../lib/http.ts';
import { fetchUrl } from '../upstream/hosts.ts';
import type { BaseArtifact } from './base-lock.ts';
import type { Recipe } from './recipe.ts';

const Packument = z.object({
  versions: z.record(
    z.string(),
    z.object({ dist: z.object({ tarball: z.string(), integrity: z.string() }) }),
  ),
});

/** What is recorded is the public address; a mirror is asked where the environment names one. */
function ask(url: string, options: Parameters<typeof httpGet>[1]): Promise<Response> {
  return httpGet(fetchUrl(url, process.env), options);
}

/** The Node binary for another platform, of the very version that this one's base has. */
export async function nodeFor(
  platform: string,
  version: string,
  signal?: AbortSignal,
): Promise<BaseArtifact[]> {
  return [await fromNpm(`node-linux-${platform === 'linux/arm64' ? 'arm64' : 'x64'}`, version, signal)];
}

/** Looks up what a recipe takes from other places than Debian: the Node binary, npm, the Go toolchain. */
export async function newestArtifacts(
  recipe: Recipe,
  platform: string,
  signal?: AbortSignal,
): Promise<BaseArtifact[]> {
  const cpu = platform === 'linux/arm64' ? 'arm64' : 'x64';
  const wanted = [
    ...(recipe.node === undefined ? [] : [fromNpm(`node-linux-${cpu}`, `^${String(recipe.node)}`, signal)]),
    ...(recipe.npm === undefined ? [] : [fromNpm('npm', `^${String(recipe.npm)}`, signal)]),
    ...(recipe.go === undefined ? [] : [goToolchain(platform.replace('/', '-'), signal)]),
  ];
  return Promise.all(wanted);
}

async function fromNpm(name: string, range: string, signal?: AbortSignal): Promise<BaseArtifact> {
  const response = await ask(`https://registry.npmjs.org/${name}`, { subject: name, signal });
  const { versions } = Packument.parse(await response.json());
  const version = maxSatisfying(Object.keys(versions), range);
  const dist = version === null ? undefined : versions[version]?.dist;
  if (version === null || dist === undefined)
    throw new McpcatError('base-failed', `npm has no ${name}@${range}`);
  const url = `https://registry.npmjs.org/${name}/-/${name}-${version}.tgz`; // not a mirror's own address
  return { name, version, url, ...hashOfIntegrity(dist.integrity) };
}

/** Go's toolchains are modules (go.dev/doc/toolchain); their sums are in the public checksum database. */
async function goToolchain(target: string, signal?: AbortSignal): Promise<BaseArtifact> {
  const name = 'golang.org/toolchain';
  const proxy = `https://proxy.golang.org/${name}/@v`;
  const list = await (await ask(`${proxy}/list`, { subject: name, signal })).text();
  const version = newestGo(list.split('\n'), target);
  const url = `${proxy}/${version}.zip`;
  const sums = await (
    await ask(`https://proxy.golang.org/sumdb/sum.golang.org/lookup/${name}@${version}`, {
      subject: name,
      signal,
    })
  ).text();
  const response = await ask(url, { subject: name, signal, deadline: 300_000 });
  const zip = await bodyWithin(response, { subject: name, maxBytes: maxModuleBytes });
  if (!sums.includes(`${name} ${version} ${h1OfZip(zip)}\n`)) {
    throw new McpcatError(
      'integrity-mismatch',
      `${name}@${version}: the zip is not the one in the checksum database`,
    );
  }
  return { name, version, url, algorithm: 'sha256', hex: createHash('sha256').update(zip).digest('hex') };
}

function newestGo(versions: readonly string[], target: string): string {
  const stable = versions
    .map((version) => ({ version, match: /^v0\.0\.1-go(\d+)\.(\d+)\.(\d+)\.(.+)$/.exec(version) }))
    .filter(({ match }) => match?.[4] === target)
    .map(({ version, match }) => ({
      version,
      key: Number(match?.[1]) * 1e6 + Number(match?.[2]) * 1e3 + Number(match?.[3]),
    }));
  const newest = stable.sort((a, b) => b.key - a.key)[0];
  if (newest === undefined) throw new McpcatError('base-failed', `no Go toolchain for ${target}`);
  return newest.version;
}

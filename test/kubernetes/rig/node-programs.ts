import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { mustRun } from './ran.ts';

const sources = path.resolve(import.meta.dirname, '../node-binary');
const plugins = 'github.com/containernetworking/plugins/plugins';
/** What is not named by a release: kubelet and API server compare themselves by it. */
const version = ['gitVersion=v1.34.4', 'gitMajor=1', 'gitMinor=34'];

/** Folders of programs. */
export interface NodePrograms {
  /** All parts of Kubernetes in one: its first argument says which. */
  readonly kubernetes: string;
  /** Static, and small: process 1 of a PID namespace. */
  readonly pause: string;
  /** Folder of the CNI plugins. */
  readonly cni: string;
}

/**
 * Builds what the node is made of from published Go modules, or takes what was built of these very sources before: the
 * first time 12 to 15 CPU minutes, after a change of ours seconds, as Go keeps what it compiled.
 */
export async function nodePrograms(onBuild: (message: string) => void): Promise<NodePrograms> {
  const cache = path.join(process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache'), 'mcpcat-tests');
  const folder = path.join(cache, `kubernetes-node-${sourcesId()}`);
  if (!existsSync(folder)) {
    onBuild(`building Kubernetes from its Go modules into ${folder}`);
    await mkdir(cache, { recursive: true });
    const building = await mkdtemp(`${folder}-`);
    try {
      await build(building);
      await rename(building, folder);
    } finally {
      await rm(building, { recursive: true, force: true });
    }
  }
  return { kubernetes: path.join(folder, 'node-binary'), pause: path.join(folder, 'pause'), cni: folder };
}

function sourcesId(): string {
  const hash = createHash('sha256').update(process.arch);
  for (const file of globSync('**/*', { cwd: sources }).toSorted())
    if (/\.(go|mod|sum)$/.test(file)) hash.update(`${file}\0`).update(readFileSync(path.join(sources, file)));
  return hash.digest('hex').slice(0, 16);
}

async function build(into: string): Promise<void> {
  const names = ['main/bridge', 'main/loopback', 'ipam/host-local'].map((name) => `${plugins}/${name}`);
  const stamps = version.map((stamp) => `-X k8s.io/component-base/version.${stamp}`);
  const go = ['go', 'build', '-mod=readonly', '-buildvcs=false', '-trimpath', '-o', `${into}/`];
  const options = { cwd: sources, env: { CGO_ENABLED: '0', GOFLAGS: '' } };
  await mustRun(
    [...go, '-ldflags', `-s -w ${stamps.join(' ')}`, '.', './pause', './no-network', ...names],
    options,
  );
}

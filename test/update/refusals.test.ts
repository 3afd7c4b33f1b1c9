import assert from 'node:assert/strict';
import { test } from 'node:test';
import { before, refusals, update, type Case } from './refusal.ts';
import { registry, settings } from './registry.ts';

const timeout = 180_000;

const cases: readonly Case[] = [
  {
    title: 'an npm package that does not exist',
    protocol: 'npm',
    source: 'server',
    says: [/npm:server: .* has nothing by that name or version/, /hint: check the spelling of `source`/],
  },
  {
    title: 'a version that npm does not have',
    protocol: 'npm',
    source: 'server@9.9.9',
    packages: { server: { versions: ['1.0.0', '1.2.0'] } },
    says: [/npm:server has no version 9\.9\.9 \(the newest is 1\.2\.0\)/],
  },
  {
    title: 'a dependency that npm does not have',
    protocol: 'npm',
    source: 'server',
    packages: { server: { dependencies: { gone: '^1.0.0' } } },
    says: [/npm:server@1\.0\.0: its dependencies can't be resolved: .*gone/],
  },
  {
    title: 'a version of a dependency that npm does not have',
    protocol: 'npm',
    source: 'server',
    packages: { server: { dependencies: { other: '^7.0.0' } }, other: {} },
    says: [/npm:server@1\.0\.0: its dependencies can't be resolved: .*other@\^7\.0\.0/],
  },
  {
    title: 'an npm registry that answers 500',
    protocol: 'npm',
    source: 'server',
    packages: { server: { status: 500 } },
    says: [/npm:server: 127\.0\.0\.1:\d+ answers 500/, /hint: nothing was changed; try again later/],
  },
  {
    title: 'an npm registry that answers 503 for a dependency',
    protocol: 'npm',
    source: 'server',
    packages: { server: { dependencies: { other: '^1.0.0' } }, other: { status: 503 } },
    says: [/npm:server@1\.0\.0: its dependencies could not be read: .*503/, /hint: nothing was changed/],
  },
  {
    title: 'an npm dependency without integrity',
    protocol: 'npm',
    source: 'server',
    packages: { server: { dependencies: { other: '^1.0.0' } }, other: { integrity: 'none' } },
    says: [/npm:other: expected a release .* found no integrity/, /hint: .*changed after the fact/],
  },
  {
    title: 'an npm dependency with sha1 alone',
    protocol: 'npm',
    source: 'server',
    packages: {
      server: { dependencies: { other: '^1.0.0' } },
      other: { integrity: 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=' },
    },
    says: [/npm:other: expected a release .* found sha1-/],
  },
  ...['git+https://127.0.0.1:1/x.git', 'http://127.0.0.1:1/x.tgz', 'file:../..', 'github:some/thing'].map(
    (spec): Case => ({
      title: `an npm dependency from ${spec}`,
      protocol: 'npm',
      source: 'server',
      packages: { server: { dependencies: { elsewhere: spec } } },
      says: [/npm:elsewhere: expected a release from the registry .*, found \S/],
    }),
  ),
  {
    title: 'a PyPI project that does not exist',
    protocol: 'pypi',
    source: 'server',
    says: [/pypi:server: .* has nothing by that name or version/],
  },
  {
    title: 'a version that PyPI does not have',
    protocol: 'pypi',
    source: 'server@9.9.9',
    packages: { server: { versions: ['1.0.0', '1.2.0'] } },
    says: [/pypi:server has no version ==9\.9\.9 \(the newest is 1\.2\.0\)/],
  },
  {
    title: 'a first release younger than the cool-down',
    protocol: 'npm',
    source: 'server',
    packages: { server: { published: { '1.0.0': new Date().toISOString() } } },
    says: [
      /offers no release that may be taken/,
      /1\.0\.0: too-young/,
      /--cool-down 0 takes a young release/,
    ],
  },
  {
    title: 'a Go module that does not exist',
    protocol: 'go',
    source: 'example.com/server/cmd/server',
    says: [/go:example\.com\/server\/cmd\/server: no module holds this package in version latest/],
  },
  {
    title: 'a version that a Go module does not have',
    protocol: 'go',
    source: 'example.com/server@v9.9.9',
    packages: { 'example.com/server': { versions: ['v1.0.0'] } },
    says: [/go:example\.com\/server: no module holds this package in version v9\.9\.9/],
  },
  {
    title: 'a Go proxy that answers 500',
    protocol: 'go',
    source: 'example.com/server',
    packages: { 'example.com/server': { status: 500 } },
    says: [/go:example\.com\/server: 127\.0\.0\.1:\d+ answers 500/, /hint: nothing was changed/],
  },
];

refusals(cases);

for (const protocol of ['npm', 'pypi', 'go'] as const) {
  test(`a ${protocol} registry that can't be reached is not the entry's fault`, { timeout }, async () => {
    const source = protocol === 'go' ? 'go:example.com/server' : `${protocol}:server`;
    // Port 1 is reserved, and nobody listens on it.
    const { code, stderr, files } = await update(source, settings('http://127.0.0.1:1')[protocol]);
    assert.equal(code, 1);
    assert.match(stderr, /127\.0\.0\.1:1: /);
    assert.match(
      stderr,
      /hint: nothing was changed; try again later, or check the network and proxy settings/,
    );
    assert.deepEqual(files, before);
  });
}

test(
  'a range takes the newest that fits; packages with install scripts are listed',
  { timeout },
  async () => {
    await using fake = await registry('npm', {
      server: { versions: ['1.0.0', '1.4.0', '2.0.0'], dependencies: { native: '^1.0.0' } },
      native: { installScript: true },
    });
    const { code, stderr, files } = await update('npm:server@^1.0.0', fake.env);
    assert.equal(code, 0, stderr);
    const lock: unknown = JSON.parse(files['lock.json'] ?? '');
    assert.partialDeepStrictEqual(lock, {
      version: '1.4.0',
      scripts: ['native'],
      bin: { server: 'node_modules/server/index.js' },
      artifacts: [
        { name: 'native', version: '1.0.0', url: 'https://registry.npmjs.org/native/-/native-1.0.0.tgz' },
        { name: 'server', version: '1.4.0' },
      ],
    });
    assert.doesNotMatch(files['package-lock.json'] ?? '', /127\.0\.0\.1/);
  },
);

test('a dependency younger than the cool-down gives way to an older one', { timeout }, async () => {
  await using fake = await registry('npm', {
    server: { dependencies: { other: '^1.0.0' } },
    other: { versions: ['1.0.0', '1.1.0'], published: { '1.1.0': new Date().toISOString() } },
  });
  const { code, stderr, files } = await update('npm:server', fake.env);
  assert.equal(code, 0, stderr);
  assert.partialDeepStrictEqual(JSON.parse(files['lock.json'] ?? ''), {
    artifacts: [{ name: 'other', version: '1.0.0' }, { name: 'server' }],
  });
});

test('a lock that cannot be written changes no file of the entry', { timeout }, async () => {
  await using fake = await registry('npm', { server: {} });
  const { code, stderr, files, others } = await update('npm:server', fake.env, ['package-lock.json']);
  assert.equal(code, 1);
  assert.match(stderr, /can't write the lock to .*fixture: /);
  assert.doesNotMatch(stderr, /a bug of ours/);
  assert.deepEqual(others, ['package-lock.json']);
  assert.deepEqual(Object.keys(files).toSorted(), ['go.mod', 'requirements.txt']);
});

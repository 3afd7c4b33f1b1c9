import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { run, type Ran } from '../rig/engine.ts';
import { registry, settings, type Package, type Protocol } from './registry.ts';

const timeout = 180_000;
/** For this file alone: a port that is used again must not meet another run's answers. */
const cache = mkdtempSync(path.join(tmpdir(), 'mcpcat-update-cache-'));
after(() => rmSync(cache, { recursive: true, force: true }));

/** What an entry had before: an update that fails must not touch one byte of it. */
const before: Readonly<Record<string, string>> = {
  'package-lock.json': 'what was there\n',
  'requirements.txt': 'what was there\n',
  'go.mod': 'what was there\n',
};

interface Case {
  readonly title: string;
  readonly protocol: Protocol;
  /** After `npm:`, `pypi:` or `go:`. */
  readonly source: string;
  readonly packages?: Readonly<Record<string, Package>>;
  readonly says: readonly RegExp[];
}

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
    title: 'a PyPI dependency that does not exist',
    protocol: 'pypi',
    source: 'server',
    packages: { server: { dependencies: { gone: '>=1' } } },
    says: [/server==1\.0\.0: .*\n(.*\n)*.*gone/],
  },
  {
    title: 'an index that answers 500 for a dependency',
    protocol: 'pypi',
    source: 'server',
    packages: { server: { dependencies: { other: '>=1' } }, other: { status: 500 } },
    says: [/pypi:server==1\.0\.0: the index could not be read/, /hint: nothing was changed/],
  },
  {
    title: 'a PyPI dependency without a wheel',
    protocol: 'pypi',
    source: 'server',
    packages: { server: { dependencies: { other: '' } }, other: { files: ['other-1.0.0.tar.gz'] } },
    says: [/server==1\.0\.0: uv finds no set of wheels/, /other/, /build script/],
  },
  {
    title: 'a PyPI dependency from an address',
    protocol: 'pypi',
    source: 'server',
    packages: { server: { dependencies: { other: ' @ http://127.0.0.1:1/other-1.0.0-py3-none-any.whl' } } },
    says: [/other/, /lock|release|wheels/],
  },
  {
    title: 'a yanked PyPI dependency that the server pins',
    protocol: 'pypi',
    source: 'server',
    packages: {
      server: { dependencies: { other: '==1.0.0' } },
      other: { withdrawn: { '1.0.0': 'broken wheel' } },
    },
    says: [/other==1\.0\.0 was yanked \(reason: broken wheel\)/],
  },
  {
    title: 'a yanked PyPI dependency whose mirror does not say so in its simple index',
    protocol: 'pypi',
    source: 'server',
    packages: {
      server: { dependencies: { other: '==1.0.0' } },
      other: { withdrawn: { '1.0.0': 'broken wheel' }, bareIndex: true },
    },
    says: [/pypi:other==1\.0\.0: expected a release that its author stands by, .*broken wheel/],
  },
  {
    title: 'a PyPI dependency younger than the cool-down',
    protocol: 'pypi',
    source: 'server',
    packages: {
      server: { dependencies: { other: '>=1' } },
      other: { published: { '1.0.0': new Date().toISOString() } },
    },
    says: [/pypi:server==1\.0\.0: uv finds no set of wheels/, /other/],
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
    title: 'a PyPI dependency from git',
    protocol: 'pypi',
    source: 'server',
    packages: { server: { dependencies: { other: ' @ git+https://127.0.0.1:1/x.git' } } },
    says: [/other/],
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

interface Updated extends Ran {
  /** Folders of the entry. */
  readonly others: readonly string[];
  readonly files: Readonly<Record<string, string>>;
}

/** Runs `mcpcat update --lock-only` over an entry with the given source and answers what it said and left. */
async function update(
  source: string,
  env: Readonly<Record<string, string>>,
  folders: readonly string[] = [],
): Promise<Updated> {
  const folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-update-test-'));
  const entry = path.join(folder, 'catalog', 'fixture');
  const temporary = path.join(folder, 'tmp');
  mkdirSync(entry, { recursive: true });
  mkdirSync(temporary);
  try {
    for (const [name, text] of Object.entries({ ...before, 'server.yaml': entryText(source) }))
      if (!folders.includes(name)) writeFileSync(path.join(entry, name), text);
    // Something that no file can be renamed over.
    for (const name of folders) mkdirSync(path.join(entry, name));
    const ran = await run(['update', 'fixture', '--lock-only', '--catalog', path.join(folder, 'catalog')], {
      env: { ...env, TMPDIR: temporary, XDG_CACHE_HOME: cache },
    });
    const left = readdirSync(temporary).filter((name) => name.startsWith('mcpcat'));
    assert.deepEqual(left, [], 'a folder for temporary files is left');
    const found = readdirSync(entry, { withFileTypes: true });
    const others = found.filter((item) => !item.isFile()).map(({ name }) => name);
    const files = found
      .filter((item) => item.isFile() && item.name !== 'server.yaml')
      .map(({ name }) => [name, readFileSync(path.join(entry, name), 'utf8')] as const);
    return { ...ran, others, files: Object.fromEntries(files) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function entryText(source: string): string {
  return `name: fixture
title: Fixture
description: A fixture of the tests.
categories: [testing]
repository: https://example.com/fixture
license: MIT
source: ${source}
command: [server]
`;
}

for (const { title, protocol, source, packages = {}, says } of cases) {
  test(`${title} is an error that names it, and the entry stays as it was`, { timeout }, async () => {
    await using stand = await registry(protocol, packages);
    const { code, stdout, stderr, files } = await update(`${protocol}:${source}`, stand.env);
    assert.equal(code, 1, stdout + stderr);
    for (const words of says) assert.match(stderr, words);
    assert.doesNotMatch(stderr, /a bug of ours| at .*\.js:\d+/);
    assert.match(stdout, /fixture +failed/);
    assert.deepEqual(files, before);
  });
}

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
    await using stand = await registry('npm', {
      server: { versions: ['1.0.0', '1.4.0', '2.0.0'], dependencies: { native: '^1.0.0' } },
      native: { installScript: true },
    });
    const { code, stderr, files } = await update('npm:server@^1.0.0', stand.env);
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
  await using stand = await registry('npm', {
    server: { dependencies: { other: '^1.0.0' } },
    other: { versions: ['1.0.0', '1.1.0'], published: { '1.1.0': new Date().toISOString() } },
  });
  const { code, stderr, files } = await update('npm:server', stand.env);
  assert.equal(code, 0, stderr);
  assert.partialDeepStrictEqual(JSON.parse(files['lock.json'] ?? ''), {
    artifacts: [{ name: 'other', version: '1.0.0' }, { name: 'server' }],
  });
});

test('a lock that cannot be written changes no file of the entry', { timeout }, async () => {
  await using stand = await registry('npm', { server: {} });
  const { code, stderr, files, others } = await update('npm:server', stand.env, ['package-lock.json']);
  assert.equal(code, 1);
  assert.match(stderr, /can't write the lock to .*fixture: /);
  assert.doesNotMatch(stderr, /a bug of ours/);
  assert.deepEqual(others, ['package-lock.json']);
  assert.deepEqual(Object.keys(files).toSorted(), ['go.mod', 'requirements.txt']);
});

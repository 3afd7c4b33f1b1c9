import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import tar from 'tar-stream';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { parseEntry } from '../../src/catalog/parse-entry.ts';
import type { Lock } from '../../src/catalog/lock.ts';
import { Store } from '../../src/fetch/store.ts';
import { resolveNpm } from '../../src/update/npm.ts';
import { entryText } from '../catalog/entry-text.ts';
import { loopback } from '../fetch/loopback.ts';
import { temporaryFolder } from '../lib/temporary.ts';

const integrity = `sha512-${'A'.repeat(86)}==`;

interface Package {
  readonly dependencies?: Readonly<Record<string, string>>;
  /** Undefined: the registry gives none. */
  readonly integrity?: string | undefined;
}

/** Resolves `npm:fixture` against a registry that holds the given packages, each in version 1.0.0. */
async function resolve(
  t: TestContext,
  packages: (url: string) => Readonly<Record<string, Package>>,
): Promise<Lock> {
  const tarball = gzipSync(await packageTar());
  const server = await loopback(t, (request, response) => {
    const name = decodeURIComponent((request.url ?? '').slice(1));
    if (name.endsWith('.tgz')) return void response.end(tarball);
    const found = packages(base(request.headers.host))[name];
    if (found === undefined) return void response.writeHead(404).end('{}');
    const dist = {
      // As Artifactory has it: the scope stands twice.
      tarball: `${base(request.headers.host)}/${name}/-/${name}-1.0.0.tgz`,
      integrity: found.integrity,
    };
    const manifest = {
      name,
      version: '1.0.0',
      dist,
      dependencies: found.dependencies,
      bin: { fixture: 'x.js' },
    };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ name, 'dist-tags': { latest: '1.0.0' }, versions: { '1.0.0': manifest } }));
  });
  const { entry } = parseEntry('server.yaml', entryText('fixture'), 'fixture');
  assert.ok(entry);
  const { lock } = await resolveNpm({
    entry,
    source: { kind: 'npm', name: 'fixture', range: undefined },
    env: { npm_config_registry: `${server.url}/` },
    store: new Store(temporaryFolder(t)),
    cacheFolder: temporaryFolder(t),
    folder: temporaryFolder(t),
    templates: '',
  });
  return lock;
}

const base = (host: string | undefined): string => `http://${host ?? ''}`;

async function packageTar(): Promise<Buffer> {
  const pack = tar.pack();
  pack.entry({ name: 'package/package.json' }, JSON.stringify({ name: 'elsewhere', version: '1.0.0' }));
  pack.finalize();
  return buffer(pack);
}

test('a tree whose every part is a release with integrity is locked, under the public address', async (t) => {
  const lock = await resolve(t, () => ({
    fixture: { integrity, dependencies: { other: '^1.0.0', '@scope/third': '^1.0.0' } },
    other: { integrity },
    '@scope/third': { integrity },
  }));
  assert.deepEqual(
    lock.artifacts.map((artifact) => [artifact.name, artifact.url]),
    [
      ['@scope/third', 'https://registry.npmjs.org/@scope/third/-/third-1.0.0.tgz'],
      ['fixture', 'https://registry.npmjs.org/fixture/-/fixture-1.0.0.tgz'],
      ['other', 'https://registry.npmjs.org/other/-/other-1.0.0.tgz'],
    ],
  );
});

test('a release without integrity is refused and named', async (t) => {
  await assert.rejects(
    resolve(t, () => ({ fixture: { integrity, dependencies: { other: '1.0.0' } }, other: {} })),
    { code: 'lock-refused', message: /^npm:other: expected .* sha512 integrity, found no integrity$/ },
  );
});

test('a release with nothing but sha1 is refused and named', async (t) => {
  await assert.rejects(
    resolve(t, () => ({ fixture: { integrity: 'sha1-qUqP5cyxm6YcTAhz05Hph5gvu9M=' } })),
    { code: 'lock-refused', message: /^npm:fixture: .*found sha1-/ },
  );
});

test('a dependency from any http address is refused and named', async (t) => {
  const tarball = gzipSync(await packageTar());
  const other = await loopback(t, (_, response) => response.end(tarball));
  await assert.rejects(
    resolve(t, () => ({ fixture: { integrity, dependencies: { elsewhere: `${other.url}/elsewhere.tgz` } } })),
    { code: 'lock-refused', message: new RegExp(`^npm:elsewhere: .*found ${other.url}/elsewhere\\.tgz$`) },
  );
});

test('a dependency from a file or from git is refused', async (t) => {
  const folder = temporaryFolder(t, { 'package.json': '{"name":"local","version":"1.0.0"}' });
  for (const spec of [`file:${folder}`, 'git+file:///nowhere/repository.git'])
    await assert.rejects(
      resolve(t, () => ({ fixture: { integrity, dependencies: { local: spec } } })),
      (error: unknown) =>
        error instanceof Error &&
        'code' in error &&
        ['lock-refused', 'package-unknown'].includes(String(error.code)),
      spec,
    );
});

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { zipSync, strToU8 } from 'fflate';
import { Lock, type Artifact } from '../../src/catalog/lock.ts';
import { h1OfZip } from '../../src/fetch/go-hash.ts';
import { Store } from '../../src/fetch/store.ts';
import { lockedPackage, type LockedPackage } from '../../src/package/locked-package.ts';
import { needyTarball } from '../add/tarball.ts';
import { loopback } from '../fetch/loopback.ts';
import { temporaryFolder } from '../lib/temporary.ts';

/** Into a cache: what is asked for elsewhere fails, because nothing answers there. */
function put(file: string, content: Uint8Array): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
}

function read(
  cacheFolder: string,
  source: string,
  artifacts: readonly Artifact[],
  env: Readonly<Record<string, string>> = {},
): Promise<LockedPackage | undefined> {
  const lock = { lockVersion: 1, source, version: '1.0.0', runtime: 'node', bin: {}, artifacts };
  return lockedPackage(Lock.parse(lock), { subject: 'thing', env, cacheFolder });
}

const nowhere = 'http://127.0.0.1:9';

test('of an npm package its own tarball is read, not those of its dependencies', async (t) => {
  const folder = temporaryFolder(t);
  const content = await needyTarball('key', '# Needy\n\n`THING_KEY` is wanted');
  const hash = createHash('sha512').update(content);
  const [hex, integrity] = [hash.copy().digest('hex'), `sha512-${hash.digest('base64')}`];
  put(new Store(folder).pathOf({ algorithm: 'sha512', hex }), content);
  const own = await read(folder, 'npm:needy-key@^1', [
    {
      kind: 'npm',
      name: 'left-pad',
      version: '1.3.0',
      url: `${nowhere}/l.tgz`,
      integrity: `sha512-${'A'.repeat(86)}==`,
    },
    { kind: 'npm', name: 'needy-key', version: '1.0.0', url: `${nowhere}/n.tgz`, integrity },
  ]);
  assert.match(own?.readme ?? '', /THING_KEY/);
  assert.ok(own?.files.some((file) => file.path === 'index.js'));
});

test('what the cache does not hold comes from the mirror of the environment that was given', async (t) => {
  const content = await needyTarball('key', '# Needy');
  const integrity = `sha512-${createHash('sha512').update(content).digest('base64')}`;
  const mirror = await loopback(t, (_, response) => response.end(content));
  const url = 'https://registry.npmjs.org/needy-key/-/needy-key-1.0.0.tgz';
  const own = await read(
    temporaryFolder(t),
    'npm:needy-key',
    [{ kind: 'npm', name: 'needy-key', version: '1.0.0', url, integrity }],
    { npm_config_registry: `${mirror.url}/` },
  );
  assert.ok(own?.files.some((file) => file.path === 'index.js'));
  assert.equal(mirror.requests.length, 1);
});

test('of a PyPI project its wheel is read, whose README stands in the metadata', async (t) => {
  const folder = temporaryFolder(t);
  const content = zipSync({
    'my_thing/server.py': strToU8('import os\nos.environ["THING_KEY"]\n'),
    'my_thing-1.0.0.dist-info/METADATA': strToU8('Name: my-thing\n\n`THING_KEY`: a key\n'),
  });
  const hex = createHash('sha256').update(content).digest('hex');
  put(new Store(folder).pathOf({ algorithm: 'sha256', hex }), content);
  const own = await read(folder, 'pypi:My.Thing', [
    { kind: 'pypi', name: 'my-thing', version: '1.0.0', url: `${nowhere}/m.whl`, file: 'm.whl', sha256: hex },
  ]);
  assert.match(own?.readme ?? '', /`THING_KEY`: a key/);
  assert.deepEqual(
    own?.files.map((file) => file.path),
    ['my_thing/server.py'],
  );
});

test('of a Go program the module that holds it is read, without tests and vendored code', async (t) => {
  const folder = temporaryFolder(t);
  const inside = 'example.com/thing/v2@v2.0.0';
  const content = zipSync({
    [`${inside}/README.md`]: strToU8('THING_KEY'),
    [`${inside}/cmd/thing/main.go`]: strToU8('package main'),
    [`${inside}/cmd/thing/main_test.go`]: strToU8('package main'),
    [`${inside}/vendor/other/o.go`]: strToU8('package other'),
  });
  const sum = h1OfZip(content);
  const name = createHash('sha256').update(`zip ${sum}`).digest('hex');
  put(path.join(new Store(folder).folder, 'go', name.slice(0, 2), name.slice(2)), content);
  const [url, modSum] = [`${nowhere}/v2.0.0.zip`, sum];
  const own = await read(folder, 'go:example.com/thing/v2/cmd/thing', [
    { kind: 'go', name: 'example.com/thing/v2', version: 'v2.0.0', url, sum, modSum },
    { kind: 'go', name: 'example.com/other', version: 'v1.0.0', url: `${nowhere}/o.zip`, sum, modSum },
  ]);
  assert.deepEqual(own?.files.map((file) => file.path).sort(), ['README.md', 'cmd/thing/main.go']);
});

test('to npm a name with another sign in it is another package', async (t) => {
  const integrity = `sha512-${'A'.repeat(86)}==`;
  const other: Artifact = {
    kind: 'npm',
    name: 'the.thing',
    version: '1.0.0',
    url: `${nowhere}/t.tgz`,
    integrity,
  };
  assert.equal(await read(temporaryFolder(t), 'npm:the-thing', [other]), undefined);
});

test('a lock without a file of the source’s own name says nothing', async (t) => {
  assert.equal(await read(temporaryFolder(t), 'npm:thing', []), undefined);
});

import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { npmRelease, type NpmRelease } from '../../src/upstream/npm.ts';
import { loopback } from '../fetch/loopback.ts';

function manifest(version: string, more: object = {}): object {
  return { version, dist: { tarball: `https://registry.npmjs.org/x/-/x-${version}.tgz` }, ...more };
}
const packument = {
  name: '@scope/x',
  'dist-tags': { latest: '1.2.0', next: '2.0.0-rc.1' },
  versions: {
    '1.0.0': manifest('1.0.0'),
    '1.2.0': manifest('1.2.0', { bin: './dist/main.js', license: 'MIT', engines: { node: '>=20' } }),
    '1.3.0': manifest('1.3.0', {
      bin: { one: './one.js', two: 'two.js', three: '/three.js' },
      deprecated: 'do not',
    }),
    '2.0.0-rc.1': manifest('2.0.0-rc.1', { license: { type: 'MIT' }, engines: ['node'], deprecated: '' }),
  },
  time: { '1.2.0': '2026-01-01T00:00:00Z', modified: 'x' },
};

async function ask(
  t: TestContext,
  range: string | undefined,
  answer: unknown = packument,
): Promise<NpmRelease> {
  const server = await loopback(t, (_, response) => response.end(JSON.stringify(answer)));
  const env = { npm_config_registry: `${server.url}/` };
  const release = await npmRelease('@scope/x', { range, env });
  assert.deepEqual(server.requests, ['/@scope%2fx']);
  return release;
}

test('without a range the release that is tagged latest is taken, with its facts', async (t) => {
  assert.deepEqual(await ask(t, undefined), {
    version: '1.2.0',
    published: '2026-01-01T00:00:00Z',
    bin: { x: 'dist/main.js' },
    license: 'MIT',
    node: '>=20',
    deprecated: undefined,
  });
});

test('a range takes the newest release in it, a tag the release it names, a version itself', async (t) => {
  assert.equal((await ask(t, '^1.0.0')).version, '1.3.0');
  assert.equal((await ask(t, 'next')).version, '2.0.0-rc.1');
  assert.equal((await ask(t, '1.0.0')).version, '1.0.0');
});

test('bins lose the dots and slashes before them, and a deprecation is passed on', async (t) => {
  const release = await ask(t, '1.3.0');
  assert.deepEqual(release.bin, { one: 'one.js', two: 'two.js', three: 'three.js' });
  assert.equal(release.deprecated, 'do not');
});

test('odd fields of old packages count as absent', async (t) => {
  const { license, node, deprecated, published, bin } = await ask(t, 'next');
  assert.deepEqual(
    { license, node, deprecated, published, bin },
    {
      license: undefined,
      node: undefined,
      deprecated: undefined,
      published: undefined,
      bin: {},
    },
  );
});

test('without the tag latest the newest finished release is taken', async (t) => {
  assert.equal((await ask(t, undefined, { ...packument, 'dist-tags': {} })).version, '1.3.0');
});

test('a version that does not exist is named with the newest one', async (t) => {
  const message = 'npm:@scope/x has no version ^3.0.0 (the newest is 2.0.0-rc.1)';
  await assert.rejects(ask(t, '^3.0.0'), { code: 'package-unknown', message });
  await assert.rejects(ask(t, undefined, { name: 'x' }), {
    code: 'package-unknown',
    message: /the newest is none/,
  });
});

test('an answer that is no packument is an outage', async (t) => {
  await assert.rejects(ask(t, undefined, { versions: [] }), { code: 'upstream-unavailable' });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fetchUrl, hostFor, publicPypiUrl } from '../../src/upstream/hosts.ts';

test('without settings the public hosts are asked', () => {
  assert.equal(hostFor('npm', {}), 'https://registry.npmjs.org');
  assert.equal(hostFor('pypi', {}), 'https://pypi.org');
  assert.equal(hostFor('go', {}), 'https://proxy.golang.org');
});

test("each ecosystem's own setting names a mirror, without a slash at its end", () => {
  assert.equal(hostFor('npm', { npm_config_registry: 'http://127.0.0.1:1/npm//' }), 'http://127.0.0.1:1/npm');
  assert.equal(hostFor('npm', { NPM_CONFIG_REGISTRY: 'http://127.0.0.1:1' }), 'http://127.0.0.1:1');
  assert.equal(hostFor('pypi', { UV_INDEX_URL: 'http://127.0.0.1:1/simple/' }), 'http://127.0.0.1:1');
  assert.equal(
    hostFor('pypi', { PIP_INDEX_URL: 'http://127.0.0.1:1/pypi/simple' }),
    'http://127.0.0.1:1/pypi',
  );
});

test('of a list of Go proxies the first is asked', () => {
  assert.equal(hostFor('go', { GOPROXY: 'http://127.0.0.1:1,direct' }), 'http://127.0.0.1:1');
  assert.equal(hostFor('go', { GOPROXY: 'http://127.0.0.1:1|http://127.0.0.1:2' }), 'http://127.0.0.1:1');
});

test('a setting that is no address does not count', () => {
  for (const GOPROXY of ['direct', 'off', 'file:///proxy', ''])
    assert.equal(hostFor('go', { GOPROXY }), hostFor('go', {}));
});

test('a recorded public address is fetched from the mirror, any other from where it is', () => {
  const env = { npm_config_registry: 'http://127.0.0.1:1/', GOPROXY: 'http://127.0.0.1:2' };
  assert.equal(
    fetchUrl('https://registry.npmjs.org/x/-/x-1.0.0.tgz', env),
    'http://127.0.0.1:1/x/-/x-1.0.0.tgz',
  );
  assert.equal(fetchUrl('https://proxy.golang.org/m/@v/v1.zip', env), 'http://127.0.0.1:2/m/@v/v1.zip');
  for (const url of [
    'https://registry.npmjs.org.example.com/x',
    'https://files.pythonhosted.org/packages/x.whl',
  ])
    assert.equal(fetchUrl(url, env), url);
});

test('a mirror of ours counts before the setting of an ecosystem', () => {
  const env = {
    MCPCAT_MIRROR_NPM: 'https://mirror.example.com/npm/',
    npm_config_registry: 'https://x.example.com',
  };
  assert.equal(hostFor('npm', env), 'https://mirror.example.com/npm');
  const pypi = { MCPCAT_MIRROR_PYPI: 'https://mirror.example.com/repo/simple/' };
  assert.equal(hostFor('pypi', pypi), 'https://mirror.example.com/repo');
  const debian = { MCPCAT_MIRROR_DEBIAN: 'http://deb.example.com/debian' };
  assert.equal(hostFor('debian', debian), 'http://deb.example.com/debian');
  assert.equal(hostFor('debian', {}), 'http://deb.debian.org/debian');
  assert.equal(hostFor('debianSnapshot', {}), 'https://snapshot.debian.org');
});

test('a mirror that can not be used is refused, and never another one asked', () => {
  for (const MCPCAT_MIRROR_NPM of [
    'http://mirror.example.com',
    'mirror.example.com',
    'ftp://mirror.example.com',
  ])
    assert.throws(() => hostFor('npm', { MCPCAT_MIRROR_NPM }), {
      code: 'usage',
      message: /^MCPCAT_MIRROR_NPM: expected/,
    });
});

test('the public address of a wheel is known from its hash or its path, or the lock is refused', () => {
  const filename = 'a-1-py3-none-any.whl';
  const rest = `00/00/${'0'.repeat(58)}ff/${filename}`;
  const known = `https://files.pythonhosted.org/packages/${rest}`;
  const own = `https://mirror.example.com/x/${filename}`;
  const digests = { blake2b_256: `${'0'.repeat(62)}ff` };
  assert.equal(publicPypiUrl({ url: own, filename, digests }), known);
  assert.equal(publicPypiUrl({ url: `../../packages/${rest}`, filename, digests: {} }), known);
  assert.throws(() => publicPypiUrl({ url: own, filename, digests: {} }), { code: 'lock-refused' });
});

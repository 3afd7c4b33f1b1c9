import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fetchUrl, hostFor } from '../../src/upstream/hosts.ts';

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

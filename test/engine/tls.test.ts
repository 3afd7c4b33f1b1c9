import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Address } from '../../src/engine/locate/address.ts';
import { locateEngine, type Search } from '../../src/engine/locate/locate.ts';
import { thisHost } from '../../src/host/this-host.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { contextFiles } from './context-rig.ts';

const locate = (search: Omit<Search, 'host'>): Address => locateEngine({ ...search, host: thisHost() });
const names = ['ca.pem', 'cert.pem', 'key.pem'];
const pems = Object.fromEntries(names.map((name) => [name, `the ${name}`]));
const tls = { ca: 'the ca.pem', cert: 'the cert.pem', key: 'the key.pem' };
const DOCKER_HOST = 'tcp://10.0.0.1:2376';

test('DOCKER_TLS_VERIFY takes the certificates of DOCKER_CERT_PATH', (t) => {
  const env = { DOCKER_HOST, DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: temporaryFolder(t, pems) };
  assert.deepEqual(locate({ env }), {
    endpoint: DOCKER_HOST,
    host: '10.0.0.1',
    port: 2376,
    protocol: 'https',
    tls,
  });
});

test('without DOCKER_CERT_PATH the certificates are those of the docker configuration', (t) => {
  const files = Object.fromEntries(names.map((name) => [`.docker/${name}`, `the ${name}`]));
  const address = locate({
    env: { DOCKER_HOST, DOCKER_TLS_VERIFY: '1', HOME: temporaryFolder(t, files) },
  });
  assert.ok(address.socketPath === undefined);
  assert.deepEqual(address.tls, tls);
});

test('DOCKER_TLS_VERIFY without certificates fails instead of going on in the clear', (t) => {
  const empty = temporaryFolder(t);
  const env = { DOCKER_HOST, DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: empty };
  assert.throws(() => locate({ env }), {
    code: 'engine-missing',
    message: /there are no certificates in/,
  });
  assert.throws(() => locate({ env: { DOCKER_HOST, DOCKER_TLS_VERIFY: '1', HOME: empty } }), {
    code: 'engine-missing',
  });
});

test('a part of the certificates fails and says what is missing', (t) => {
  for (const name of names) {
    const { [name]: _, ...rest } = pems;
    const env = { DOCKER_HOST, DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: temporaryFolder(t, rest) };
    assert.throws(() => locate({ env }), {
      code: 'engine-missing',
      message: new RegExp(`found no ${name}$`),
    });
  }
});

test('a socket needs no certificates', () => {
  const env = { DOCKER_HOST: 'unix:///run/x.sock', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/nowhere' };
  assert.equal(locate({ env }).socketPath, '/run/x.sock');
});

test('a context with certificates is spoken to with them, one without is not', (t) => {
  const host = 'tcp://10.0.0.2:2376';
  const HOME = temporaryFolder(t, {
    ...contextFiles('safe', { host, tls: names }),
    ...contextFiles('plain', { host }),
  });
  const safe = locate({ endpoint: 'safe', env: { HOME } });
  assert.ok(safe.socketPath === undefined);
  assert.deepEqual([safe.protocol, safe.tls?.key], ['https', 'key.pem of safe']);
  const plain = locate({ endpoint: 'plain', env: { HOME } });
  assert.ok(plain.socketPath === undefined);
  assert.deepEqual([plain.protocol, plain.tls], ['http', undefined]);
});

test('a context without an address is not there', (t) => {
  const HOME = temporaryFolder(t, contextFiles('cluster', {}));
  assert.throws(() => locate({ endpoint: 'cluster', env: { HOME } }), { code: 'engine-missing' });
});

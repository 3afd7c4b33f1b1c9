import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import type { Address } from '../../src/engine/locate/address.ts';
import { locateEngine, type Search } from '../../src/engine/locate/locate.ts';
import { linuxHost } from '../../src/host/linux.ts';
import { thisMachine } from '../../src/host/machine.ts';
import { windowsHost } from '../../src/host/windows.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { contextFiles, current } from './context-rig.ts';

/** On whatever machine the test runs. */
const host = linuxHost(thisMachine());
const locate = (search: Omit<Search, 'host'>): Address => locateEngine({ ...search, host });
const files = { ...contextFiles('remote', { host: 'tcp://10.0.0.9:2375' }), ...current('remote') };

test('an address that is given comes before everything else', (t) => {
  const env = { HOME: temporaryFolder(t, files), DOCKER_HOST: 'tcp://10.0.0.1' };
  assert.equal(locate({ endpoint: '/run/mine.sock', env }).socketPath, '/run/mine.sock');
});

test('the name of a context that is given comes before DOCKER_HOST', (t) => {
  const env = { HOME: temporaryFolder(t, files), DOCKER_HOST: 'tcp://10.0.0.1' };
  assert.equal(locate({ endpoint: 'remote', env }).endpoint, 'tcp://10.0.0.9:2375');
});

test('DOCKER_HOST comes before the current context, and empty it counts as absent', (t) => {
  const HOME = temporaryFolder(t, files);
  assert.equal(locate({ env: { HOME, DOCKER_HOST: 'tcp://10.0.0.1' } }).endpoint, 'tcp://10.0.0.1');
  assert.equal(locate({ env: { HOME, DOCKER_HOST: '' } }).endpoint, 'tcp://10.0.0.9:2375');
});

test('DOCKER_CONTEXT comes before the context of the configuration', (t) => {
  const HOME = temporaryFolder(t, { ...files, ...contextFiles('other', { host: 'unix:///run/other.sock' }) });
  assert.equal(locate({ env: { HOME, DOCKER_CONTEXT: 'other' } }).socketPath, '/run/other.sock');
});

test('DOCKER_CONFIG says where the configuration is', (t) => {
  const DOCKER_CONFIG = path.join(temporaryFolder(t, files), '.docker');
  assert.equal(locate({ env: { HOME: '/nowhere', DOCKER_CONFIG } }).endpoint, 'tcp://10.0.0.9:2375');
});

test('a context that is not there is named, wherever its name came from', (t) => {
  const HOME = temporaryFolder(t, current('gone'));
  const message = 'there is no docker context "gone"';
  assert.throws(() => locate({ env: { HOME } }), { code: 'engine-missing', message });
  assert.throws(() => locate({ endpoint: 'gone', env: {} }), { code: 'engine-missing', message });
});

test('a context whose own file is broken is not called missing', (t) => {
  const broken = contextFiles('remote', { host: 'tcp://10.0.0.9:2375' });
  const [meta = ''] = Object.keys(broken);
  for (const text of ['{"Name": "remote"', '{"Name": "remote", "Endpoints": {}}', '[]', '']) {
    const HOME = temporaryFolder(t, { ...current('remote'), [meta]: text });
    assert.throws(() => locate({ env: { HOME } }), {
      code: 'engine-missing',
      message: /^docker context "remote": expected its engine's address .* in .*meta\.json, found none$/,
    });
  }
});

test('variables that are set to nothing count as absent', (t) => {
  const HOME = temporaryFolder(t, {
    ...files,
    ...Object.fromEntries(['ca', 'cert', 'key'].map((name) => [`.docker/${name}.pem`, name])),
  });
  assert.equal(locate({ env: { HOME, DOCKER_CONFIG: '' } }).endpoint, 'tcp://10.0.0.9:2375');
  const DOCKER_HOST = 'tcp://10.0.0.1';
  const found = locate({ env: { HOME, DOCKER_HOST, DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '' } });
  assert.deepEqual('tls' in found && found.tls, { ca: 'ca', cert: 'cert', key: 'key' });
});

test('the default context is no context', (t) => {
  const HOME = temporaryFolder(t, { ...files, '.docker/run/docker.sock': '' });
  const DOCKER_HOST = 'tcp://10.0.0.1';
  assert.equal(locate({ endpoint: 'default', env: { HOME, DOCKER_HOST } }).endpoint, DOCKER_HOST);
  const found = locate({ env: { HOME, DOCKER_CONTEXT: 'default', XDG_RUNTIME_DIR: '/nowhere' } });
  assert.match(found.socketPath ?? '', /docker\.sock$/);
});

test('a configuration that is no JSON counts as none', (t) => {
  const HOME = temporaryFolder(t, { '.docker/config.json': '{', '.docker/run/docker.sock': '' });
  assert.match(locate({ env: { HOME, XDG_RUNTIME_DIR: '/nowhere' } }).socketPath ?? '', /docker\.sock$/);
});

test('without any setting the first of the usual sockets that is there is taken', (t) => {
  const HOME = temporaryFolder(t, { '.colima/default/docker.sock': '', '.orbstack/run/docker.sock': '' });
  const env = { HOME, XDG_RUNTIME_DIR: path.join(HOME, 'runtime') };
  const present = host.engineSockets(env).filter((file) => host.hasSocket(file));
  assert.equal(locate({ env }).socketPath, present[0]);
  assert.deepEqual(
    present.slice(-2).map((file) => path.relative(HOME, file)),
    ['.orbstack/run/docker.sock', '.colima/default/docker.sock'],
  );
});

test('where no engine listens, the error names the places that were looked at', () => {
  const nowhere = linuxHost({ ...thisMachine(), exists: () => false });
  assert.throws(() => locateEngine({ env: { HOME: '/home/me' }, host: nowhere }), {
    code: 'engine-missing',
    detail: nowhere.engineSockets({ HOME: '/home/me' }),
  });
});

test('on Windows the pipe of the engine that runs is taken, and none is opened to find out', () => {
  const machine = { ...thisMachine(), platform: 'win32', list: () => ['podman-machine-default', 'other'] };
  const address = locateEngine({ env: {}, host: windowsHost(machine) });
  assert.deepEqual(address, {
    endpoint: 'npipe:////./pipe/podman-machine-default',
    socketPath: '//./pipe/podman-machine-default',
  });
});

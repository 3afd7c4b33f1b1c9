import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { locateEngine, usualSockets } from '../../src/engine/locate/locate.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { contextFiles, current } from './context-rig.ts';

const files = { ...contextFiles('remote', { host: 'tcp://10.0.0.9:2375' }), ...current('remote') };

test('an address that is given comes before everything else', (t) => {
  const env = { HOME: temporaryFolder(t, files), DOCKER_HOST: 'tcp://10.0.0.1' };
  assert.equal(locateEngine({ endpoint: '/run/mine.sock', env }).socketPath, '/run/mine.sock');
});

test('the name of a context that is given comes before DOCKER_HOST', (t) => {
  const env = { HOME: temporaryFolder(t, files), DOCKER_HOST: 'tcp://10.0.0.1' };
  assert.equal(locateEngine({ endpoint: 'remote', env }).endpoint, 'tcp://10.0.0.9:2375');
});

test('DOCKER_HOST comes before the current context, and empty it counts as absent', (t) => {
  const HOME = temporaryFolder(t, files);
  assert.equal(locateEngine({ env: { HOME, DOCKER_HOST: 'tcp://10.0.0.1' } }).endpoint, 'tcp://10.0.0.1');
  assert.equal(locateEngine({ env: { HOME, DOCKER_HOST: '' } }).endpoint, 'tcp://10.0.0.9:2375');
});

test('DOCKER_CONTEXT comes before the context of the configuration', (t) => {
  const HOME = temporaryFolder(t, { ...files, ...contextFiles('other', { host: 'unix:///run/other.sock' }) });
  assert.equal(locateEngine({ env: { HOME, DOCKER_CONTEXT: 'other' } }).socketPath, '/run/other.sock');
});

test('DOCKER_CONFIG says where the configuration is', (t) => {
  const DOCKER_CONFIG = path.join(temporaryFolder(t, files), '.docker');
  assert.equal(locateEngine({ env: { HOME: '/nowhere', DOCKER_CONFIG } }).endpoint, 'tcp://10.0.0.9:2375');
});

test('a context that is not there is named, wherever its name came from', (t) => {
  const HOME = temporaryFolder(t, current('gone'));
  const message = 'there is no docker context "gone"';
  assert.throws(() => locateEngine({ env: { HOME } }), { code: 'engine-missing', message });
  assert.throws(() => locateEngine({ endpoint: 'gone', env: {} }), { code: 'engine-missing', message });
});

test('the default context is no context', (t) => {
  const HOME = temporaryFolder(t, { ...files, '.docker/run/docker.sock': '' });
  const DOCKER_HOST = 'tcp://10.0.0.1';
  assert.equal(locateEngine({ endpoint: 'default', env: { HOME, DOCKER_HOST } }).endpoint, DOCKER_HOST);
  const found = locateEngine({ env: { HOME, DOCKER_CONTEXT: 'default', XDG_RUNTIME_DIR: '/nowhere' } });
  assert.match(found.socketPath ?? '', /docker\.sock$/);
});

test('a configuration that is no JSON counts as none', (t) => {
  const HOME = temporaryFolder(t, { '.docker/config.json': '{', '.docker/run/docker.sock': '' });
  assert.match(
    locateEngine({ env: { HOME, XDG_RUNTIME_DIR: '/nowhere' } }).socketPath ?? '',
    /docker\.sock$/,
  );
});

test('without any setting the first of the usual sockets that is there is taken', (t) => {
  const HOME = temporaryFolder(t, { '.colima/default/docker.sock': '', '.orbstack/run/docker.sock': '' });
  const env = { HOME, XDG_RUNTIME_DIR: path.join(HOME, 'runtime') };
  const present = usualSockets(env).filter((file) => existsSync(file));
  assert.equal(locateEngine({ env }).socketPath, present[0]);
  assert.deepEqual(
    present.slice(-2).map((file) => path.relative(HOME, file)),
    ['.orbstack/run/docker.sock', '.colima/default/docker.sock'],
  );
});

test('the usual sockets are those of the system, of the user, of the desktops and of Podman, in this order', () => {
  assert.deepEqual(usualSockets({ HOME: '/home/me', XDG_RUNTIME_DIR: '/run/user/1000' }), [
    '/var/run/docker.sock',
    '/run/user/1000/docker.sock',
    '/home/me/.docker/run/docker.sock',
    '/home/me/.docker/desktop/docker.sock',
    '/home/me/.orbstack/run/docker.sock',
    '/home/me/.colima/default/docker.sock',
    '/run/user/1000/podman/podman.sock',
    '/run/podman/podman.sock',
  ]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressOf } from '../../src/engine/locate/address.ts';

const tls = { ca: 'ca', cert: 'cert', key: 'key' };

test('a path and a unix address are the same socket', () => {
  const socket = { endpoint: 'unix:///run/x.sock', socketPath: '/run/x.sock' };
  assert.deepEqual(addressOf('/run/x.sock'), socket);
  assert.deepEqual(addressOf('unix:///run/x.sock'), socket);
});

test('a named pipe of Windows is a socket too', () => {
  for (const text of [
    'npipe:////./pipe/docker_engine',
    String.raw`npipe:\\.\pipe\docker_engine`,
    String.raw`\\.\pipe\docker_engine`,
    '//./pipe/docker_engine',
  ])
    assert.deepEqual(
      addressOf(text),
      { endpoint: 'npipe:////./pipe/docker_engine', socketPath: '//./pipe/docker_engine' },
      text,
    );
});

test('tcp is plain on port 2375, and with certificates TLS on port 2376', () => {
  assert.deepEqual(addressOf('tcp://10.0.0.1'), {
    endpoint: 'tcp://10.0.0.1',
    host: '10.0.0.1',
    port: 2375,
    protocol: 'http',
  });
  assert.deepEqual(addressOf('tcp://10.0.0.1', tls), {
    endpoint: 'tcp://10.0.0.1',
    host: '10.0.0.1',
    port: 2376,
    protocol: 'https',
    tls,
  });
});

test('an https address is never spoken to in the clear', () => {
  const address = addressOf('https://engine.example.com');
  assert.deepEqual(address, {
    endpoint: 'https://engine.example.com',
    host: 'engine.example.com',
    port: 2376,
    protocol: 'https',
  });
});

test('a port that is given is taken, and an IPv6 address loses its brackets', () => {
  assert.deepEqual(addressOf('tcp://[::1]:1234'), {
    endpoint: 'tcp://[::1]:1234',
    host: '::1',
    port: 1234,
    protocol: 'http',
  });
});

test('ssh is refused with what to do instead', () => {
  assert.throws(() => addressOf('ssh://me@host'), { code: 'engine-missing', hint: /forward its socket/ });
});

test('text that is no address is wrong usage and repeated', () => {
  for (const text of [
    '',
    'unix://',
    'unix://relative.sock',
    'host:2375',
    'tcp://',
    'ftp://host',
    'docker',
    'fd://',
  ])
    assert.throws(() => addressOf(text), { code: 'usage', message: /expected an engine address/ }, text);
});

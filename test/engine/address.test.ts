import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressOf } from '../../src/engine/locate/address.ts';
import { isFar } from '../../src/engine/locate/far.ts';

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

test('ssh has a host, and perhaps a user, a port and a socket there', () => {
  const bare = { host: 'host', user: undefined, port: undefined, socket: undefined };
  for (const [text, ssh] of [
    ['ssh://host', bare],
    ['ssh://me@host:2222', { ...bare, user: 'me', port: 2222 }],
    [
      'ssh://[fd00::1]/run/user/1000/docker.sock',
      { ...bare, host: 'fd00::1', socket: '/run/user/1000/docker.sock' },
    ],
  ] as const)
    assert.deepEqual(addressOf(text), { endpoint: text, ssh });
});

test('what could be an option of ssh’s or a word of the far shell is no address', () => {
  for (const text of [
    'ssh://-oProxyCommand=x/',
    'ssh://-l@host',
    'ssh://me@host/run/$(x).sock',
    'ssh://me@host/run/a%20b',
    'ssh://me@host/run/a%3Bb',
    'ssh://a%20b@host',
    'ssh://me:word@host',
    'ssh://',
  ])
    assert.throws(() => addressOf(text), { code: 'usage' }, text);
});

test('an engine on another machine is told from one that may be on this', () => {
  const far = ['ssh://host', 'tcp://10.0.0.1:2376', 'https://engine.example.com:1'];
  const near = [
    'unix:///run/docker.sock',
    'npipe:////./pipe/docker_engine',
    'tcp://127.0.0.1:1',
    'tcp://[::1]:1',
    'tcp://localhost:1',
  ];
  assert.deepEqual(far.filter(isFar), far);
  assert.deepEqual(near.filter(isFar), []);
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

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Gate } from '../../src/serve-http/gate.ts';
import { listenAddress } from '../../src/serve-http/listen-address.ts';
import { refused } from '../sandbox/fixtures.ts';

const authorization = 'Bearer right';
const loopback = new Gate('right', { host: '127.0.0.1', port: 1 });
const everywhere = new Gate('right', { host: '0.0.0.0', port: 1 });
const status = (gate: Gate, host: string | undefined, origin?: string): number | undefined =>
  gate.refusal({ host, origin, authorization })?.status;

test('on loopback only its own names come in, whatever name leads here', () => {
  for (const host of ['127.0.0.1:8080', 'localhost', 'localhost:1', '[::1]:80', '127.1'])
    assert.equal(status(loopback, host), undefined, host);
  for (const host of [
    undefined,
    '',
    'example.com',
    'localhost.example.com',
    '127.0.0.1.example.com',
    '127.example.com',
    '10.0.0.1',
    'localhost@example.com',
    'example.com#localhost',
    'a b',
    '[::2]',
  ])
    assert.equal(status(loopback, host), 403, String(host));
});

test('elsewhere every address comes in, and no name', () => {
  assert.equal(status(everywhere, '10.0.0.1:8080'), undefined);
  assert.equal(status(everywhere, '[fe80::1]'), undefined);
  assert.equal(status(everywhere, 'localhost'), undefined);
  assert.equal(status(everywhere, 'example.com'), 403);
});

test('a name that it was told comes in as a host, in any case of letters, and as nothing else', () => {
  const named = new Gate('right', { host: '0.0.0.0', port: 1 }, ['mcpcat.team.svc', 'Mcpcat']);
  for (const host of ['mcpcat.team.svc', 'MCPCAT.team.svc:8080', 'mcpcat:8080', '10.0.0.1'])
    assert.equal(status(named, host), undefined, host);
  for (const host of [undefined, '', 'other', 'mcpcat.team.svc.example.com', 'a.mcpcat.team.svc'])
    assert.equal(status(named, host), 403, String(host));
  assert.equal(status(named, 'mcpcat', 'http://mcpcat'), 403);
});

test('a page of another origin is refused, one on loopback is not', () => {
  for (const origin of ['http://localhost:3000', 'https://127.0.0.1'])
    assert.equal(status(loopback, 'localhost', origin), undefined, origin);
  for (const origin of [
    'https://example.com',
    'null',
    '',
    'file://',
    'http://localhost.example.com',
    'localhost',
  ])
    assert.equal(status(loopback, 'localhost', origin), 403, origin);
});

test('the token must be there, whole and right', () => {
  for (const given of [
    undefined,
    '',
    'right',
    'Bearer',
    'Bearer ',
    'Bearer wrong',
    'Bearer righ',
    'Basic right',
  ])
    assert.equal(
      loopback.refusal({ host: 'localhost', origin: undefined, authorization: given })?.status,
      401,
    );
  assert.equal(
    loopback.refusal({ host: 'localhost', origin: undefined, authorization: 'bearer  right' }),
    undefined,
  );
  const said = loopback.refusal({ host: 'localhost', origin: undefined, authorization: 'Bearer hunter2' });
  assert.doesNotMatch(said?.message ?? '', /hunter2|right/);
});

test('an address to listen on is loopback unless it says another', () => {
  assert.deepEqual(listenAddress(''), { host: '127.0.0.1', port: 0 });
  assert.deepEqual(listenAddress('8080'), { host: '127.0.0.1', port: 8080 });
  assert.deepEqual(listenAddress('0.0.0.0:80'), { host: '0.0.0.0', port: 80 });
  assert.deepEqual(listenAddress('localhost:80'), { host: 'localhost', port: 80 });
  assert.deepEqual(listenAddress('[::1]:80'), { host: '::1', port: 80 });
  for (const text of [
    '80800',
    'x',
    'example.com:80',
    '127.0.0.1',
    '::1:80',
    '[127.0.0.1]:80',
    ':80',
    '1:2:3',
  ])
    assert.throws(() => listenAddress(text), refused('usage', /expected PORT/), text);
});

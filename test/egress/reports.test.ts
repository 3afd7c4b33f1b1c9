import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attemptLog } from '../../src/cli/render/attempts.ts';
import type { Attempt } from '../../src/egress/attempt.ts';
import { frameOf } from '../../src/egress/frames.ts';
import { leaseReports } from '../../src/egress/lease-reports.ts';
import { rig, tcpServer, until } from './rig.ts';

const timeout = 30_000;

function report(kind: number, number: number, rest: readonly number[] | string): Buffer {
  const bytes = typeof rest === 'string' ? Buffer.from(rest, 'latin1') : Buffer.from(rest);
  return frameOf('attempt', 0, Buffer.concat([Buffer.from([kind, number >> 8, number & 255]), bytes]));
}

/** The lines that these frames come to. */
function linesOf(attempts: readonly Attempt[]): string[] {
  const lines: string[] = [];
  const log = attemptLog('x', { write: (text: string) => lines.push(text) });
  for (const attempt of attempts) log(attempt);
  return lines.map((line) => line.replace(/^mcpcat: x /, '').trimEnd());
}

test(
  'what ends inside a container with a tunnel is a line that says what would permit it',
  { timeout },
  async () => {
    const { relay, tunnel, attempts } = await rig(['api.example.com', '192.168.1.10:8123']);
    const v6 = [0x20, 0x01, 0x48, 0x60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x88, 0x88];
    relay.raw(report(4, 3000, [127, 0, 0, 1]));
    relay.raw(report(6, 5000, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]));
    relay.raw(report(4, 8080, [0, 0, 0, 0]));
    relay.raw(report(4, 8443, [127, 77, 0, 1]));
    relay.raw(report(4, 443, [127, 77, 0, 1]));
    relay.raw(report(4, 8123, [192, 168, 1, 10]));
    relay.raw(report(4, 80, [10, 0, 0, 9]));
    relay.raw(report(4, 80, [169, 254, 169, 254]));
    relay.raw(report(6, 443, v6));
    relay.raw(report(9, 443, [1, 2, 3]));
    relay.raw(report(4, 443, [1, 2, 3]));
    relay.raw(frameOf('attempt', 0, Buffer.from([0, 0, 0])));
    assert.equal(await relay.lookup('api.example.com'), '127.77.0.1', 'everything before this was read');
    const inside = 'nothing listens there in its container; this machine is host.mcpcat.internal';
    const address = 'servers reach hosts by name, not by address';
    assert.deepEqual(linesOf(attempts), [
      `tried localhost:3000: refused, ${inside}; to allow it: --allow-local 3000`,
      `tried localhost:5000: refused, ${inside}; to allow it: --allow-local 5000`,
      `tried localhost:8080: refused, ${inside}; to allow it: --allow-local 8080`,
      'tried api.example.com:8443: refused, port 8443 is not permitted, only api.example.com; to allow it: --allow api.example.com:8443',
      'tried 192.168.1.10:8123: refused, inside the container 127.77.0.2 stands for it: give the server that',
      `tried 10.0.0.9:80: refused, ${address}; to allow it: --allow 10.0.0.9:80`,
      `tried 169.254.169.254:80: refused, ${address}`,
      `tried [2001:4860::8888]:443: refused, ${address}; to allow it: --allow [2001:4860::8888]`,
    ]);
    tunnel.close();
  },
);

test('a refused name says how to allow it, and one that no rule can hold does not', { timeout }, async () => {
  const { relay, tunnel, attempts } = await rig(['api.example.com']);
  for (const name of ['other.example.com', 'host.docker.internal', '1.2.3.4', 'a b'])
    assert.equal(await relay.lookup(name), undefined);
  assert.deepEqual(linesOf(attempts), [
    'asked for other.example.com: refused, the name is not permitted; to allow it: --allow other.example.com',
    'asked for host.docker.internal: refused, the name is not permitted; to allow it: --allow-local PORT',
    'asked for 1.2.3.4: refused, the name is not permitted',
    'asked for a?b: refused, the name is not permitted',
  ]);
  tunnel.close();
});

test('an allowed port of this machine is reached by every name for it', { timeout }, async () => {
  await using server = await tcpServer((socket) => socket.end('dev server'));
  const { relay, tunnel } = await rig([], { allowLocal: [server.port] });
  assert.equal(await relay.lookup('host.docker.internal'), '127.77.0.1');
  assert.equal(await relay.lookup('host.containers.internal'), '127.77.0.1');
  for (const address of ['127.0.0.1', '127.77.0.1']) {
    const stream = relay.connect(address, server.port);
    await stream.connected;
    stream.resume().end();
  }
  tunnel.close();
  // Allowed by its name alone it is not localhost.
  const closed = await rig(['api.example.com:9', 'host.mcpcat.internal:9']);
  assert.equal(await closed.relay.lookup('host.docker.internal'), undefined);
  await assert.rejects(closed.relay.connect('127.0.0.1', 9).connected, /reset 1/);
  closed.tunnel.close();
});

test('a lease tells of names and addresses, and nothing after what it can not mean', () => {
  const attempts: Attempt[] = [];
  const read = leaseReports((attempt) => attempts.push(attempt));
  const frames = Buffer.concat([report(1, 1, 'api.example.com'), report(4, 443, [8, 8, 8, 8])]);
  for (const byte of frames) read(Buffer.from([byte]));
  read(frameOf('ready', 0));
  read(report(4, 443, [9, 9, 9, 9]));
  assert.deepEqual(linesOf(attempts), [
    'asked for api.example.com: refused, it has no network; to allow it: --allow api.example.com',
    'tried 8.8.8.8:443: refused, servers reach hosts by name, not by address; to allow it: --allow 8.8.8.8',
  ]);
});

test('many attempts are summed up, whatever their number', { timeout }, async () => {
  const { relay, tunnel, attempts } = await rig(['api.example.com']);
  for (let index = 0; index < 3000; index++) void relay.lookup(`n${String(index)}.example.com`);
  await until('all are told', () => attempts.length === 3000);
  const lines = linesOf([...attempts, ...attempts]);
  assert.equal(lines.length, 24);
  assert.deepEqual(lines.slice(20), [
    'mcpcat: x: further attempts are not shown',
    'mcpcat: x: 10 further attempts',
    'mcpcat: x: 100 further attempts',
    'mcpcat: x: 1000 further attempts',
  ]);
  tunnel.close();
});

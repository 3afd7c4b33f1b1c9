import { namespaceFolder } from './namespace.ts';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import dns from 'node:dns/promises';
import { rmSync } from 'node:fs';
import net from 'node:net';
import { spawn } from 'node:child_process';
import { after, afterEach, before, test } from 'node:test';
import { compile, startInit, init, removeOutput, saw, type StartedInit } from './rig.ts';
import { killTunnels, Tunnel } from './tunnel.ts';

const timeout = 60_000;
const inits = new Set<StartedInit>();
before(compile);
afterEach(async () => {
  killTunnels();
  // The next one needs the abstract name of its handoff.
  for (const it of inits) it.process.kill('SIGTERM');
  await Promise.all([...inits].map((it) => it.ended));
  inits.clear();
});
after(() => {
  removeOutput();
  rmSync(namespaceFolder, { recursive: true, force: true });
});

/** A server that connects to what its stdin names, one HOST PORT a line, and says how each went. */
const server = `
  const net = require('node:net');
  console.log('up');
  require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
    const [host, port] = line.split(' ');
    const socket = net.connect({ host, port: Number(port) });
    socket.on('connect', () => { console.log('connected ' + line + ';'); socket.destroy(); });
    socket.on('error', (error) => console.log(error.code + ' ' + line + ';'));
  });`;

async function runningInit(env: Readonly<Record<string, string>>): Promise<StartedInit> {
  const it = startInit([process.execPath, '-e', server], { env });
  inits.add(it);
  await saw(it, 'up');
  return it;
}

async function connect(it: StartedInit, target: string): Promise<void> {
  const done = saw(it, ` ${target};`);
  it.process.stdin.write(`${target}\n`);
  await done;
}

const reports = { MCPCAT_REPORTS: '1' };

test('a connection that ends inside is told once, with address and port', { timeout }, async () => {
  const it = await runningInit({ ...reports, MCPCAT_PORTS: '443' });
  const tunnel = await Tunnel.openTelling(443);
  const told = async (...payload: readonly number[]): Promise<void> =>
    assert.deepEqual([...(await tunnel.next('attempt')).payload], payload);
  await connect(it, '127.0.0.1 3000');
  await told(4, 3000 >> 8, 3000 & 255, 127, 0, 0, 1);
  await connect(it, '127.0.0.1 3000');
  await connect(it, '192.0.2.7 8080');
  await told(4, 8080 >> 8, 8080 & 255, 192, 0, 2, 7);
  await connect(it, '127.77.0.1 5432');
  await told(4, 5432 >> 8, 5432 & 255, 127, 77, 0, 1);
  await connect(it, '2001:db8::1 443');
  await told(6, 443 >> 8, 443 & 255, 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
  await connect(it, '::ffff:10.1.2.3 80');
  await told(4, 0, 80, 10, 1, 2, 3);
  await connect(it, '::1 5000');
  await told(6, 5000 >> 8, 5000 & 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
});

test('what somebody listens for is no attempt in vain', { timeout }, async () => {
  const it = await runningInit({ ...reports, MCPCAT_PORTS: '443' });
  const tunnel = await Tunnel.openTelling(443);
  const own = net.createServer().listen(7777, '127.0.0.1');
  await once(own, 'listening');
  await connect(it, '127.0.0.1 7777');
  it.process.stdin.write('127.77.0.1 443\n');
  await tunnel.next('open');
  await connect(it, '127.0.0.1 7778');
  const { payload } = await tunnel.next('attempt');
  assert.deepEqual([...payload], [4, 7778 >> 8, 7778 & 255, 127, 0, 0, 1]);
  own.close();
});

test('beyond 128 different attempts the last word is that no more will be told', { timeout }, async () => {
  const it = await runningInit({ ...reports, MCPCAT_PORTS: '443' });
  const tunnel = await Tunnel.openTelling(443);
  for (let index = 0; index < 140; index++) await connect(it, `192.0.2.${String(index)} 80`);
  const kinds: (number | undefined)[] = [];
  for (let index = 0; index < 129; index++) kinds.push((await tunnel.next('attempt')).payload[0]);
  assert.equal(kinds.filter((kind) => kind === 4).length, 128);
  assert.equal(kinds.at(-1), 0);
  await connect(it, '192.0.2.200 80');
  assert.ok(!tunnel.left.some(({ name }) => name === 'attempt'));
});

test('a launcher that has not asked for it meets no new frame', { timeout }, async () => {
  const it = await runningInit({ MCPCAT_PORTS: '443' });
  const tunnel = await Tunnel.open(443);
  await connect(it, '192.0.2.7 80');
  const asked = dns.resolveTxt('api.example.com').catch(() => undefined);
  const { stream, payload } = await tunnel.next('lookup');
  assert.equal(payload.toString(), 'api.example.com');
  tunnel.send('answer', stream);
  await asked;
  assert.deepEqual(tunnel.left, []);
});

test('without a tunnel the lease passes on addresses and names', { timeout }, async () => {
  const it = await runningInit({ ...reports, MCPCAT_NETWORK: 'none' });
  const lease = spawn(init, ['lease', '--pid', String(it.process.pid)], {
    env: { ...process.env, ...reports },
    stdio: 'pipe',
  });
  const frames: Buffer[] = [];
  const seen = (wanted: string): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (Buffer.concat(frames).includes(Buffer.from(wanted, 'latin1'))) resolve();
      };
      lease.stdout.on('data', look);
      look();
    });
  lease.stdout.on('data', (chunk: Buffer) => frames.push(chunk));
  await connect(it, '192.0.2.7 8080');
  await seen('\x0c\x00\x00\x00\x00\x00\x00\x07\x04\x1f\x90\xc0\x00\x02\x07');
  await assert.rejects(dns.resolve4('api.example.com'), { code: 'ENOTFOUND' });
  await seen('\x0c\x00\x00\x00\x00\x00\x00\x12\x01\x00\x01api.example.com');
  lease.stdin.end();
  const { code } = await it.ended;
  assert.equal(code, 143);
});

test('records of a type that is no address are asked of the launcher', { timeout }, async () => {
  const tunnel = await Tunnel.openTelling(443);
  tunnel.handler = ({ name, stream, payload }) => {
    if (name !== 'query') return false;
    const asked = payload.subarray(2).toString();
    if (asked === 'unknown.example.com') tunnel.send('answer', stream);
    else if (asked === 'plain.example.com') tunnel.send('answer', stream, Buffer.from([127, 77, 0, 1]));
    else if (payload.readUInt16BE() === 33)
      tunnel.send(
        'records',
        stream,
        Buffer.concat([
          Buffer.from([0, 21, 0, 0, 0, 0, 0x69, 0x89]),
          Buffer.from('\x01a\x07example\x03com\0'),
        ]),
      );
    else tunnel.send('records', stream, Buffer.from('\0\x0a\x09ssl=false\0\x03\x02a1'));
    return true;
  };
  assert.deepEqual(await dns.resolveSrv('_mongodb._tcp.db.example.com'), [
    { name: 'a.example.com', port: 27_017, priority: 0, type: 'SRV', weight: 0 },
  ]);
  assert.deepEqual(await dns.resolveTxt('db.example.com'), [['ssl=false'], ['a1']]);
  await assert.rejects(dns.resolveTxt('unknown.example.com'), { code: 'ENOTFOUND' });
  await assert.rejects(dns.resolveTxt('plain.example.com'), { code: 'ENODATA' });
});

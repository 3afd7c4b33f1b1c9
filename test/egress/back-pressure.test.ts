import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { test } from 'node:test';
import { seeded, rig, tcpServer, until } from './rig.ts';

const timeout = 120_000;
const block = Buffer.alloc(64 * 1024, 'x');
/** More than all buffers of two kernels and the tunnel together. */
const endless = 64 << 20;

test('a server that does not read slows its host down, and gets all when it reads', { timeout }, async () => {
  let written = 0;
  await using host = await tcpServer((socket) => {
    const more = (): void => {
      while (written < endless) {
        written += block.length;
        if (!socket.write(block)) return void socket.once('drain', more);
      }
      socket.end();
    };
    more();
  });
  const { tunnel, relay } = await rig([`h.example.com:${String(host.port)}`]);
  const stream = relay.connect('127.77.0.1', host.port);
  await stream.connected;
  const stalled = await stable(() => written);
  assert.ok(stalled < endless / 2, `${String(stalled)} bytes were taken from the host`);
  let read = 0;
  for await (const chunk of stream) read += (chunk as Buffer).length;
  assert.equal(read, endless);
  tunnel.close();
});

test('a host that does not read slows the server down, within the window', { timeout }, async () => {
  await using host = await tcpServer((socket) => socket.pause());
  const { tunnel, relay, attempts } = await rig([`h.example.com:${String(host.port)}`]);
  const stream = relay.connect('127.77.0.1', host.port);
  let sent = 0;
  const pump = (): void => {
    while (sent < endless) {
      sent += block.length;
      if (!stream.write(block)) return void stream.once('drain', pump);
    }
  };
  pump();
  const stalled = await stable(() => sent);
  assert.ok(stalled < endless / 2, `${String(stalled)} bytes were taken from the server`);
  for (const socket of host.sockets) socket.resume();
  await until('the rest flows', () => sent >= endless);
  stream.end();
  for (const socket of host.sockets) socket.end();
  stream.resume();
  await until('the attempt is logged', () => attempts.length === 1);
  assert.equal(attempts[0]?.bytesOut, sent);
  tunnel.close();
});

test('streams that are stuck do not hold up the others', { timeout }, async () => {
  await using flood = await tcpServer((socket) => {
    const more = (): void => {
      while (socket.writable && socket.write(block));
      socket.once('drain', more);
    };
    more();
  });
  await using echo = await tcpServer();
  const { tunnel, relay } = await rig([
    `f.example.com:${String(flood.port)}`,
    `e.example.com:${String(echo.port)}`,
  ]);
  const stuck = Array.from({ length: 50 }, () => relay.connect('127.77.0.1', flood.port));
  await Promise.all(stuck.map(({ connected }) => connected));
  await pause(100);
  const stream = relay.connect('127.77.0.2', echo.port);
  stream.end(Buffer.concat(Array.from({ length: 64 }, () => block)));
  assert.equal((await buffer(stream)).length, 64 * block.length);
  tunnel.close();
});

test(
  'a relay that stops reading holds up 200 flooding hosts at a bound, and then gets it all',
  { timeout },
  async () => {
    const each = 256 * 1024;
    await using host = await tcpServer((socket) => socket.once('data', () => socket.end(Buffer.alloc(each))));
    const { tunnel, relay, wire, far } = await rig([`h.example.com:${String(host.port)}`]);
    const streams = Array.from({ length: 200 }, () => relay.connect('127.77.0.1', host.port));
    await Promise.all(streams.map(({ connected }) => connected));
    far.pause();
    for (const stream of streams) stream.write('go');
    // On a busy machine nothing may have come yet, which is stable too.
    await until('the hosts flood', () => wire.writableLength > 3 << 20);
    const held = await stable(() => wire.writableLength);
    console.log(
      `200 flooding hosts, a relay that does not read: ${(held / 2 ** 20).toFixed(1)} MiB wait for it`,
    );
    assert.ok(held > 3 << 20 && held < 5 << 20, `${String(held)} bytes`);
    far.resume();
    const all = await Promise.all(streams.map((stream) => buffer(stream)));
    assert.ok(all.every(({ length }) => length === each));
    tunnel.close();
  },
);

test('a host that says all and goes loses nothing to a server that reads late', { timeout }, async () => {
  const random = seeded(9);
  const all = Buffer.alloc(3 << 20, random(256));
  await using host = await tcpServer((socket) => socket.end(all).resume());
  const { tunnel, relay, attempts } = await rig([`h.example.com:${String(host.port)}`]);
  for (const sayFirst of [true, false]) {
    const stream = relay.connect('127.77.0.1', host.port);
    await stream.connected;
    if (sayFirst) stream.end('bye');
    await pause(200);
    const got = await buffer(stream);
    assert.ok(got.equals(all), `${String(got.length)} of ${String(all.length)} bytes`);
    stream.end();
  }
  await until('both are over', () => attempts.length === 2);
  assert.deepEqual(
    attempts.map(({ bytesIn, bytesOut, reason }) => [bytesIn, bytesOut, reason]),
    [
      [all.length, 3, undefined],
      [all.length, 0, undefined],
    ],
  );
  tunnel.close();
});

/** The value once it has not changed for a while. */
async function stable(value: () => number): Promise<number> {
  let last = -1;
  while (last !== value()) {
    last = value();
    await pause(300);
  }
  return last;
}

import { namespaceFolder } from './namespace.ts';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import net from 'node:net';
import { after, afterEach, before, test, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { compile, isRelease, removeOutput } from './rig.ts';
import { echo, killTunnels, Tunnel, u32 } from './tunnel.ts';

const timeout = 120_000;
const mebibyte = 1 << 20;
/** KiB; sanitizers need several times as much. */
const residentMaximum = isRelease ? 2048 : 65_536;
before(compile);
afterEach(killTunnels);
after(() => {
  removeOutput();
  rmSync(namespaceFolder, { recursive: true, force: true });
});

async function connect(): Promise<net.Socket> {
  const socket = net.connect(443, '127.77.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

function assertSmall(tunnel: Tunnel, t: TestContext, what: string, maximum = residentMaximum): void {
  t.diagnostic(`${what}: ${String(tunnel.resident)} KiB resident`);
  assert.ok(tunnel.resident <= maximum, `${what}: ${String(tunnel.resident)} KiB`);
}

test('the relay is small when it is idle and with 200 busy streams', { timeout }, async (t) => {
  const tunnel = await Tunnel.open(443);
  assertSmall(tunnel, t, 'idle');
  echo(tunnel);
  const sockets = await Promise.all(Array.from({ length: 200 }, connect));
  const received = (): number => sockets.reduce((sum, socket) => sum + socket.bytesRead, 0);
  for (const socket of sockets) socket.resume();
  for (let round = 0; round < 5; round++) {
    for (const socket of sockets) socket.write(Buffer.alloc(50_000));
    const expected = (round + 1) * 200 * 50_000;
    while (received() < expected) await pause(20);
    assertSmall(tunnel, t, `200 streams after ${String(expected / 1e6)} MB`);
  }
  for (const socket of sockets) socket.destroy();
});

test('a launcher that never reads holds the applications up and not the relay', { timeout }, async (t) => {
  const tunnel = await Tunnel.open(443);
  const sockets = await Promise.all(Array.from({ length: 50 }, connect));
  for (let index = 0; index < 50; index++) {
    const { stream } = await tunnel.next('open');
    tunnel.send('opened', stream);
    tunnel.send('window', stream, u32(64 * mebibyte));
  }
  tunnel.child.stdout.pause();
  const flood = Buffer.alloc(8 * mebibyte);
  for (const socket of sockets) socket.write(flood);
  await pause(1000);
  assertSmall(tunnel, t, 'with a launcher that does not read');
  // The other direction goes on: every stream still takes what it was granted.
  const taken = sockets.map(async (socket) => once(socket, 'data'));
  for (let index = 0; index < 50; index++) tunnel.send('data', 2 + 2 * index, Buffer.from('still here'));
  for (const [chunk] of (await Promise.all(taken)) as [Buffer][])
    assert.equal(chunk.toString(), 'still here');
  tunnel.child.stdout.resume();
  for (let index = 0; index < 50; index++) await tunnel.data(2 + 2 * index, flood.length);
  for (const socket of sockets) socket.destroy();
});

test('stdin ends the lease although nobody reads stdout', { timeout }, async () => {
  const tunnel = await Tunnel.open(443);
  const socket = await connect();
  const { stream } = await tunnel.next('open');
  tunnel.send('opened', stream);
  tunnel.send('window', stream, u32(64 * mebibyte));
  tunnel.child.stdout.pause();
  socket.write(Buffer.alloc(16 * mebibyte));
  await pause(500);
  tunnel.child.stdin.end();
  await tunnel.initEnded;
  socket.destroy();
});

test('an application that never reads costs its window and nobody else anything', { timeout }, async (t) => {
  const tunnel = await Tunnel.open(443);
  const stuck = await connect();
  const { stream } = await tunnel.next('open');
  tunnel.send('opened', stream);
  stuck.pause();
  let granted = 65_536;
  let sent = 0;
  // As much as a launcher may: until no credit has come for a while.
  for (let quiet = 0; quiet < 20;) {
    const size = Math.min(granted, 65_536);
    if (size > 0) tunnel.send('data', stream, Buffer.alloc(size));
    granted -= size;
    sent += size;
    const credit = await Promise.race([tunnel.next('window', stream), pause(50)]);
    quiet = credit === undefined ? quiet + 1 : 0;
    granted += credit?.payload.readUInt32BE() ?? 0;
  }
  t.diagnostic(`${String(sent)} bytes went to an application that does not read`);
  assertSmall(tunnel, t, 'with an application that does not read');
  echo(tunnel);
  const other = await connect();
  other.write('hello');
  assert.equal(String((await once(other, 'data'))[0]), 'hello');
  stuck.resume();
  while (stuck.bytesRead < sent) await pause(20);
  assert.equal(stuck.bytesRead, sent);
  stuck.destroy();
  other.destroy();
});

test(
  'every stream stuck at once costs its window and no more, and it is given back',
  { timeout },
  async (t) => {
    const tunnel = await Tunnel.open(443);
    const sockets = await Promise.all(Array.from({ length: 100 }, connect));
    for (const socket of sockets) socket.pause();
    const credit = new Map<number, number>();
    const send = (stream: number): void => {
      const size = Math.min(credit.get(stream) ?? 0, 65_536);
      credit.set(stream, (credit.get(stream) ?? 0) - size);
      if (size > 0) tunnel.send('data', stream, Buffer.alloc(size));
    };
    tunnel.handler = ({ name, stream, payload }) => {
      if (name !== 'window') return false;
      credit.set(stream, (credit.get(stream) ?? 0) + payload.readUInt32BE());
      send(stream);
      return true;
    };
    for (let index = 0; index < 100; index++) {
      const { stream } = await tunnel.next('open');
      tunnel.send('opened', stream);
      credit.set(stream, 65_536);
      send(stream);
    }
    await pause(3000);
    // 64 KiB each, half a MiB that fast streams share, rounded up to blocks, and the relay itself.
    assertSmall(tunnel, t, 'with 100 stuck streams', 100 * 80 + 600 + residentMaximum);
    for (const socket of sockets) socket.destroy();
    await pause(500);
    assertSmall(tunnel, t, 'after they have gone');
  },
);

/** An application of its own that sends or takes so many bytes: the test's thread has the launcher's part to play. */
function application(script: string): void {
  const child = spawn(
    process.execPath,
    ['-e', `const s = require('net').connect(443, '127.77.0.1'); ${script}`],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  child.unref();
}

const bulk = 256 * mebibyte;

/** By the clock it depends on who else runs: that is `npm run bench:tunnel`. What the relay does for a byte does not. */
function assertCheap(t: TestContext, what: string, tunnel: Tunnel): void {
  const rate = bulk / 1e6 / tunnel.cpuSeconds;
  t.diagnostic(`${what}: ${rate.toFixed(0)} MB in a second of the processor`);
  if (isRelease) assert.ok(rate >= 80, `${what}: ${rate.toFixed(0)} MB`);
}

test(
  'bulk data to the launcher costs a second of the processor for 80 MB at most',
  { timeout },
  async (t) => {
    const tunnel = await Tunnel.open(443);
    let [received, owed] = [0, 0];
    const done = Promise.withResolvers<void>();
    tunnel.handler = ({ name, stream, payload }) => {
      if (name === 'open') tunnel.send('opened', stream);
      if (name !== 'data') return name === 'open';
      received += payload.length;
      owed += payload.length;
      if (owed >= 32_768) {
        tunnel.send('window', stream, u32(owed));
        owed = 0;
      }
      if (received === bulk) done.resolve();
      return true;
    };
    application(`
    const chunk = Buffer.alloc(1 << 18); let left = ${String(bulk)};
    const more = () => { while (left > 0) { left -= chunk.length; if (!s.write(chunk)) return; } s.end(); };
    s.on('connect', more).on('drain', more);`);
    await done.promise;
    assertCheap(t, 'upload', tunnel);
    assertSmall(tunnel, t, 'in the upload');
  },
);

test(
  'bulk data from the launcher costs a second of the processor for 80 MB at most',
  { timeout },
  async (t) => {
    const tunnel = await Tunnel.open(443);
    const chunk = Buffer.alloc(65_536);
    let [sent, credit, widest, outstanding] = [0, 65_536, 0, 0];
    const send = (stream: number): void => {
      while (sent < bulk && credit >= chunk.length) {
        tunnel.send('data', stream, chunk);
        sent += chunk.length;
        credit -= chunk.length;
        outstanding += chunk.length;
      }
    };
    const done = Promise.withResolvers<void>();
    tunnel.handler = ({ name, stream, payload }) => {
      if (name === 'open') {
        tunnel.send('opened', stream);
        send(stream);
      } else if (name === 'window') {
        credit += payload.readUInt32BE();
        widest = Math.max(widest, credit + outstanding);
        outstanding = 0;
        send(stream);
      } else if (name === 'data') done.resolve();
      return true;
    };
    application(
      `let got = 0; s.on('data', (c) => { got += c.length; if (got === ${String(bulk)}) s.end('done'); });`,
    );
    await done.promise;
    assertCheap(t, 'download', tunnel);
    assertSmall(tunnel, t, 'in the download');
  },
);

import assert from 'node:assert/strict';
import { Duplex, duplexPair } from 'node:stream';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { frameHeader, frameOf, resetFrame, windowFrame } from '../../src/egress/frames.ts';
import { policyOf } from '../../src/egress/policy.ts';
import { Tunnel } from '../../src/egress/tunnel.ts';
import { rulesOf } from '../../src/egress/rules.ts';
import { rig, loopbackDial, seeded, tcpServer, until } from './rig.ts';

const timeout = 120_000;
const ready = frameOf('ready', 0);
const open = (id: number, port: number): Buffer =>
  frameOf('open', id, Buffer.from([127, 77, 0, 1, port >> 8, port & 255]));
const data = (id: number, bytes: number): Buffer => frameOf('data', id, Buffer.alloc(bytes));

/** A tunnel whose relay is only a wire: the test says every byte. */
function wired(hosts: readonly string[] = ['h.example.com']): { tunnel: Tunnel; far: Duplex } {
  const [wire, far] = duplexPair();
  far.on('error', () => undefined);
  const policy = policyOf(rulesOf({ declared: [], settings: {}, allow: hosts }));
  return { tunnel: new Tunnel({ input: wire, output: wire, policy, dial: loopbackDial() }), far };
}

const offences: Readonly<Record<string, readonly [RegExp, ...Buffer[]]>> = {
  'anything before READY': [/LOOKUP before READY/, frameOf('lookup', 1, Buffer.from('a'))],
  'READY twice': [/READY twice/, ready, ready],
  'a frame that only the launcher sends': [/type 4/, ready, frameOf('answer', 1)],
  'DATA on a stream that never was': [/DATA on stream 2, which never was/, ready, data(2, 1)],
  'WINDOW on a stream that never was': [/WINDOW on stream 9/, ready, windowFrame(9, 1)],
  'OPENED for a stream that nobody opened': [/OPENED on stream 1/, ready, frameOf('opened', 1)],
  'OPEN with an id of the launcher’s': [/OPEN of stream 3, an id of the launcher/, ready, open(3, 443)],
  'OPEN of a stream in use': [/OPEN of stream 2, which is in use/, ready, open(2, 443), open(2, 443)],
  'DATA before OPENED': [/DATA on a stream that is not open yet/, ready, open(2, 443), data(2, 1)],
  'WINDOW before OPENED': [/WINDOW on a stream that is not open yet/, ready, open(2, 443), windowFrame(2, 1)],
  'OPENED for its own stream': [
    /OPENED on a stream that is not open yet/,
    ready,
    open(2, 443),
    frameOf('opened', 2),
  ],
};

for (const [name, [message, ...frames]] of Object.entries(offences)) {
  test(`${name} closes the tunnel, and only the tunnel`, { timeout }, async () => {
    const { tunnel, far } = wired();
    far.write(Buffer.concat(frames));
    const end = await tunnel.ended;
    assert.equal(end.kind, 'protocol');
    assert.match(end.message, message);
    assert.equal(
      far.destroyed || far.readableEnded,
      false,
      'the lease stays: the server runs on without network',
    );
    tunnel.close();
  });
}

const afterOpened: Readonly<Record<string, (id: number) => readonly [RegExp, ...Buffer[]]>> = {
  'data beyond the credit': (id) => [
    /DATA with a credit of/,
    data(id, 65_536),
    data(id, 65_536),
    data(id, 1),
  ],
  'data after END': (id) => [/DATA after END/, frameOf('end', id), data(id, 1)],
  'END after END': (id) => [/END after END/, frameOf('end', id), frameOf('end', id)],
  'a WINDOW of nothing': (id) => [/WINDOW of 0 bytes/, windowFrame(id, 0)],
  'more credit than there are numbers': (id) => [/WINDOW of 4294967295/, windowFrame(id, 0xffffffff)],
  'OPENED on an open stream': (id) => [/OPENED on a stream that is open/, frameOf('opened', id)],
};

for (const [name, offence] of Object.entries(afterOpened)) {
  test(`${name} closes the tunnel`, { timeout }, async () => {
    // Reads nothing: what is sent stays with us.
    await using server = await tcpServer((socket) => socket.pause());
    const { tunnel, relay, attempts } = await rig([`h.example.com:${String(server.port)}`]);
    const stream = relay.connect('127.77.0.1', server.port);
    await stream.connected;
    const [message, ...frames] = offence(stream.id);
    relay.raw(Buffer.concat(frames));
    const end = await tunnel.ended;
    assert.equal(end.kind, 'protocol');
    assert.match(end.message, message);
    await until('the connection is closed', () => attempts.length === 1);
    tunnel.close();
  });
}

test('late frames for a stream that is over are no offence', { timeout }, async () => {
  const { tunnel, relay } = await rig(['h.example.com:9']);
  await assert.rejects(relay.connect('127.77.0.1', 10).connected, /reset 1/);
  relay.raw(Buffer.concat([data(2, 10), windowFrame(2, 1), frameOf('end', 2), resetFrame(2, 'closed')]));
  assert.equal(await relay.lookup('h.example.com'), '127.77.0.1');
  tunnel.close();
});

test(
  'a relay that asks and never reads is not heard on, and its answers do not pile up',
  { timeout },
  async () => {
    const { tunnel, far } = wired();
    far.pause();
    far.write(ready);
    await tunnel.ready;
    const questions = Buffer.concat(
      Array.from({ length: 1000 }, () => frameOf('lookup', 1, Buffer.from('h.example.com'))),
    );
    const before = await memory();
    let sent = 0;
    while (sent < 64 << 20 && (far.write(questions) || (await drained(far)))) sent += questions.length;
    assert.ok(sent < 2 << 20, `${String(sent)} bytes were taken`);
    assert.ok((await memory()) - before < 16 << 20);
    far.resume();
    await until('it is heard again when it reads', () => far.writableLength === 0);
    tunnel.close();
  },
);

test('a flood of tiny frames to hosts that take nothing costs no object each', { timeout }, async () => {
  const stuck = (): Duplex => new Duplex({ read: () => undefined, write: () => undefined });
  const { tunnel, relay, attempts } = await rig(['h.example.com:9'], {
    dial: () => Promise.resolve({ outcome: 'connected', stream: stuck(), address: '127.0.0.1' }),
  });
  const streams = Array.from({ length: 64 }, () => relay.connect('127.77.0.1', 9));
  await Promise.all(streams.map(({ connected }) => connected));
  const before = await memory();
  for (const { id } of streams) {
    const frame = data(id, 1);
    const flood = Buffer.alloc(65_536 * frame.length, frame);
    if (!relay.raw(flood)) await pause(5);
  }
  assert.equal(await relay.lookup('h.example.com'), '127.77.0.1', 'everything before this was read');
  const grown = (await memory()) - before;
  console.log(`64 streams × 65,536 frames of one byte: ${(grown / 2 ** 20).toFixed(1)} MiB held for 4 MiB`);
  assert.ok(grown < 12 << 20, `${String(grown)} bytes`);
  tunnel.close();
  const held = (): number => attempts.filter(({ bytesOut }) => bytesOut === 65_536).length;
  await until('all are over, with every byte counted', () => held() === streams.length);
});

test(
  'OPEN and RESET by the thousand leave no dial, no connection and no memory behind',
  { timeout },
  async () => {
    await using server = await tcpServer();
    const { tunnel, relay, attempts } = await rig([`h.example.com:${String(server.port)}`]);
    for (let round = 0; round < 50; round++) {
      const storm = Array.from({ length: 200 }, (_, index) => {
        const id = 2 + 2 * ((round * 200 + index) % 30_000);
        return Buffer.concat([open(id, server.port), resetFrame(id, 'closed')]);
      });
      if (!relay.raw(Buffer.concat(storm))) await pause(1);
    }
    await until('all are over', () => attempts.length === 10_000 && server.sockets.size === 0);
    relay.connect('127.77.0.1', server.port).destroy();
    assert.equal(await relay.lookup('h.example.com'), '127.77.0.1');
    tunnel.close();
  },
);

test(
  'thousands of random frames in a live tunnel end in a reason, never in an exception',
  { timeout },
  async () => {
    await using echo = await tcpServer();
    const random = seeded(4);
    const ends = new Map<string, number>();
    for (let round = 0; round < 150; round++) {
      const { tunnel, far } = wired([`h.example.com:${String(echo.port)}`]);
      far.resume();
      far.write(ready);
      for (let frame = 0; frame < 60; frame++) far.write(randomFrame(random, echo.port));
      if (round % 3 === 0) await pause(2);
      far.end();
      const { kind } = await tunnel.ended;
      ends.set(kind, (ends.get(kind) ?? 0) + 1);
      tunnel.close();
    }
    assert.ok((ends.get('protocol') ?? 0) > 20, JSON.stringify([...ends]));
    await until('no connection is left', () => echo.sockets.size === 0);
  },
);

/** Mostly legal, so that the states behind the first frames are reached. */
function randomFrame(random: (below: number) => number, port: number): Buffer {
  const id = 2 + 2 * random(6);
  const legal = [
    (): Buffer => open(id, random(5) === 0 ? 1 : port),
    (): Buffer => resetFrame(id, 'closed'),
    (): Buffer =>
      frameOf('lookup', 1 + random(9), Buffer.from(['h.example.com', 'x', '\u0000\u00ff'][random(3)] ?? 'x')),
    (): Buffer => data(id, 1 + random(3000)),
    (): Buffer => windowFrame(id, 1 + random(100_000)),
    (): Buffer => frameOf('end', id),
    (): Buffer => (random(20) === 0 ? frameHeader('data', id, 70_000) : open(id, port)),
  ];
  return legal[random(random(8) === 0 ? legal.length : 2)]?.() ?? Buffer.alloc(0);
}

/** What has been thrown away must not count. */
function collect(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc()');
}

/** Buffers are given back a little after the collection: taken when it no longer falls. */
async function memory(): Promise<number> {
  for (let last = Number.POSITIVE_INFINITY; ;) {
    collect();
    await pause(50);
    const { heapUsed, external } = process.memoryUsage();
    if (heapUsed + external > last - 100_000) return heapUsed + external;
    last = heapUsed + external;
  }
}

/** True when the far side took something within a moment. */
async function drained(stream: Duplex): Promise<boolean> {
  return Promise.race([
    new Promise<true>((resolve) => stream.once('drain', () => resolve(true))),
    new Promise<false>((resolve) => setTimeout(() => resolve(false), 300)),
  ]);
}

async function pause(milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}

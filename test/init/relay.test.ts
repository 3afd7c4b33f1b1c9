import { namespaceFolder } from './namespace.ts';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import { after, afterEach, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { compile, startInit, init, removeOutput, saw } from './rig.ts';
import { echo, encode, hello, killTunnels, Tunnel, u16, u32, type Frame } from './tunnel.ts';

const timeout = 60_000;
before(compile);
afterEach(killTunnels);
after(() => {
  removeOutput();
  rmSync(namespaceFolder, { recursive: true, force: true });
});

async function connect(host: string, port: number): Promise<net.Socket> {
  const socket = net.connect({ host, port, allowHalfOpen: true });
  socket.on('error', () => undefined); // whoever expects one listens too
  await once(socket, 'connect');
  return socket;
}

/** A connection of an application, and the number of its stream once the launcher has opened it. */
async function opened(tunnel: Tunnel, port = 443): Promise<{ socket: net.Socket; stream: number }> {
  const socket = await connect('127.77.0.1', port);
  const { stream } = await tunnel.next('open');
  tunnel.send('opened', stream);
  return { socket, stream };
}

async function failure(socket: net.Socket): Promise<string> {
  const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
  return error.code ?? error.message;
}

async function text(socket: net.Socket): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

test(
  'an application reaches the launcher under the address and port that it meant',
  { timeout },
  async () => {
    const tunnel = await Tunnel.open(443, 5432);
    tunnel.handler = ({ name, stream, payload }: Frame) => {
      if (name !== 'lookup') return false;
      tunnel.send(
        'answer',
        stream,
        Buffer.from(payload.toString() === 'db.example.com' ? [127, 77, 2, 5] : []),
      );
      return true;
    };
    const socket = await connect('db.example.com', 5432);
    const open = await tunnel.next('open');
    assert.deepEqual([...open.payload], [127, 77, 2, 5, 5432 >> 8, 5432 & 255]);
    assert.equal(open.stream, 2);
    tunnel.send('opened', 2);
    socket.write('question');
    assert.equal((await tunnel.data(2, 8)).toString(), 'question');
    tunnel.send('data', 2, Buffer.from('reply'));
    assert.equal(String((await once(socket, 'data'))[0]), 'reply');
    socket.destroy();
  },
);

test('a port that was not declared is closed', { timeout }, async () => {
  await Tunnel.open(443);
  assert.equal(await failure(net.connect(8443, '127.77.0.1')), 'ECONNREFUSED');
});

test('nothing is read from an application before OPENED, nor beyond the credit', { timeout }, async () => {
  const tunnel = await Tunnel.open(443);
  const socket = await connect('127.77.0.1', 443);
  socket.write(Buffer.alloc(1 << 20, 'x'));
  const { stream } = await tunnel.next('open');
  await pause(200);
  assert.deepEqual(tunnel.left, []);
  tunnel.send('opened', stream);
  assert.equal((await tunnel.data(stream, 65_536)).length, 65_536);
  await pause(200);
  assert.deepEqual(tunnel.left, []);
  tunnel.send('window', stream, u32(1000));
  assert.equal((await tunnel.data(stream, 1000)).length, 1000);
  await pause(200);
  assert.deepEqual(tunnel.left, []);
  socket.destroy();
});

test('the credit comes back in batches as the application takes the bytes', { timeout }, async () => {
  const tunnel = await Tunnel.open(443);
  const { socket, stream } = await opened(tunnel);
  socket.resume();
  for (let index = 0; index < 31; index++) tunnel.send('data', stream, Buffer.alloc(1024));
  await pause(200);
  assert.deepEqual(tunnel.left, []);
  tunnel.send('data', stream, Buffer.alloc(1024));
  const { payload } = await tunnel.next('window', stream);
  assert.ok(payload.readUInt32BE() >= 32_768);
  socket.destroy();
});

test('an application that half-closes still gets its reply', { timeout }, async () => {
  const tunnel = await Tunnel.open(443);
  const { socket, stream } = await opened(tunnel);
  socket.end('all of it');
  assert.equal((await tunnel.data(stream, 9)).toString(), 'all of it');
  await tunnel.next('end', stream);
  tunnel.send('data', stream, Buffer.from('a late reply'));
  tunnel.send('end', stream);
  assert.equal(await text(socket), 'a late reply');
  const { socket: other, stream: next } = await opened(tunnel);
  assert.notEqual(next, stream);
  other.destroy();
});

test('a launcher that half-closes still gets what the application sends', { timeout }, async () => {
  const tunnel = await Tunnel.open(443);
  const { socket, stream } = await opened(tunnel);
  tunnel.send('data', stream, Buffer.from('greeting'));
  tunnel.send('end', stream);
  assert.equal(await text(socket), 'greeting');
  socket.end('thanks');
  assert.equal((await tunnel.data(stream, 6)).toString(), 'thanks');
  await tunnel.next('end', stream);
});

test('a reset by the launcher breaks the connection', { timeout }, async () => {
  const tunnel = await Tunnel.open(443);
  for (const early of [true, false]) {
    const socket = await connect('127.77.0.1', 443);
    const { stream } = await tunnel.next('open');
    if (!early) tunnel.send('opened', stream);
    const failed = failure(socket);
    tunnel.send('reset', stream, Buffer.from([1]));
    assert.equal(await failed, 'ECONNRESET');
  }
});

test('a reset by the application reaches the launcher, before and after OPENED', { timeout }, async () => {
  const tunnel = await Tunnel.open(443);
  const early = await connect('127.77.0.1', 443);
  const { stream } = await tunnel.next('open');
  early.resetAndDestroy();
  assert.deepEqual([...(await tunnel.next('reset', stream)).payload], [0]);
  tunnel.send('opened', stream); // crossed on the way: the stream has been
  const { socket, stream: second } = await opened(tunnel);
  socket.resetAndDestroy();
  assert.deepEqual([...(await tunnel.next('reset', second)).payload], [0]);
});

test(
  'what an application sent before it closed arrives although the credit was late',
  { timeout },
  async () => {
    const tunnel = await Tunnel.open(443);
    const { socket, stream } = await opened(tunnel);
    socket.end(Buffer.alloc(200_000, 'x'));
    await tunnel.data(stream, 65_536);
    tunnel.send('end', stream);
    await pause(200);
    tunnel.send('window', stream, u32(1 << 20));
    assert.equal((await tunnel.data(stream, 200_000 - 65_536)).length, 200_000 - 65_536);
    await tunnel.next('end', stream);
  },
);

test('two hundred streams at once carry their own bytes', { timeout }, async () => {
  const tunnel = await Tunnel.open(443);
  echo(tunnel);
  const results = await Promise.all(
    Array.from({ length: 200 }, async (_, index) => {
      const socket = await connect(`127.77.0.${String(index + 1)}`, 443);
      const sent = `${String(index)},`.repeat(20_000);
      socket.end(sent);
      return (await text(socket)) === sent;
    }),
  );
  assert.deepEqual(
    results,
    Array.from({ length: 200 }, () => true),
  );
});

test('the 257th stream is refused on both sides, and one that ends makes room', { timeout }, async () => {
  const tunnel = await Tunnel.open(443);
  const all = [];
  for (let index = 0; index < 256; index++) all.push(await opened(tunnel));
  assert.equal(await failure(net.connect(443, '127.77.0.1')), 'ECONNRESET');
  tunnel.send('open', 1, u16(443));
  assert.deepEqual([...(await tunnel.next('reset', 1)).payload], [3]);
  assert.deepEqual(tunnel.left, []);
  const [first] = all;
  assert.ok(first);
  const ended = failure(first.socket);
  tunnel.send('reset', first.stream, Buffer.from([0]));
  await ended;
  assert.equal((await opened(tunnel)).stream, 514);
  for (const { socket } of all) socket.destroy();
});

test('the launcher reaches a server inside', { timeout }, async (t) => {
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    socket.end('from inside: ');
    socket.on('data', (chunk) => tunnel.send('data', 3, chunk));
    socket.on('error', () => undefined); // the tunnel's end resets the second one
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const tunnel = await Tunnel.open(443);
  tunnel.send('open', 1, u16((server.address() as AddressInfo).port));
  await tunnel.next('opened', 1);
  assert.equal((await tunnel.data(1, 13)).toString(), 'from inside: ');
  await tunnel.next('end', 1);
  tunnel.send('end', 1);
  tunnel.send('open', 1, u16((server.address() as AddressInfo).port)); // the number is free again
  await tunnel.next('opened', 1);
});

test('a port inside that nobody serves, or that is the relay itself, is said', { timeout }, async () => {
  const tunnel = await Tunnel.open(443);
  for (const [stream, port] of [
    [1, 9],
    [3, 443],
  ] as const) {
    tunnel.send('open', stream, u16(port));
    assert.deepEqual([...(await tunnel.next('reset', stream)).payload], [2]);
    tunnel.send('reset', stream, Buffer.from([0])); // crossed on the way
  }
  assert.deepEqual(tunnel.left, []);
});

const raw = (hex: string): Buffer => Buffer.from(hex, 'hex');
const illegal: Readonly<Record<string, readonly [string, Buffer]>> = {
  'an unknown type': ['a frame of an unknown type', raw('0f00000000000000')],
  'type 0': ['a frame of an unknown type', raw('0000000000000000')],
  flags: ['flags that are not 0', raw('0b01000000000000')],
  'a payload that is too long': ['a frame of the wrong length', raw('0700000200010001')],
  'four gigabytes': ['a frame of the wrong length', raw('07000002ffffffff')],
  'data without bytes': ['a frame of the wrong length', encode('data', 2)],
  'a frame of the relay': ['a frame that only the relay sends', encode('ready')],
  'another frame of the relay': ['a frame that only the relay sends', encode('query', 1)],
  'records without having been asked for any': [
    'RECORDS, for which nobody has asked',
    encode('records', 1, raw('000100')),
  ],
  'a second HELLO': ['a second HELLO', hello(80)],
  'a heartbeat with a stream': ['a frame with a stream number that it can’t have', encode('beat', 2)],
  'data of no stream': ['a frame of a stream that never was', encode('data', 2, Buffer.from('x'))],
  'data of the future': ['a frame of a stream that never was', encode('data', 7, Buffer.from('x'))],
  'an even OPEN': ['an OPEN with an even number', encode('open', 2, u16(80))],
  'an OPEN to port 0': ['an OPEN to port 0', encode('open', 1, u16(0))],
  'a window of nothing': ['a WINDOW of 0 bytes', encode('window', 2, u32(0))],
  'an unknown reason': ['a RESET with an unknown reason', encode('reset', 2, Buffer.from([5]))],
  'half an address': ['an ANSWER that is no IPv4 address', encode('answer', 1, Buffer.from([127, 77]))],
};
for (const [what, [said, bytes]] of Object.entries(illegal)) {
  test(`${what} ends the tunnel and not the server`, { timeout }, async () => {
    const tunnel = await Tunnel.open(443);
    tunnel.write(bytes);
    const { code, stderr } = await tunnel.ended;
    assert.equal(code, 1);
    assert.equal(stderr.replace("'", '’'), `mcpcat-init: the launcher sent ${said}: the network ends\n`);
    assert.deepEqual([tunnel.init.exitCode, tunnel.init.signalCode], [null, null]);
  });
}

test('frames that are illegal in the state of their stream end the tunnel', { timeout }, async () => {
  const cases: readonly (readonly [string, (tunnel: Tunnel, stream: number) => void])[] = [
    [
      'more DATA than was granted',
      (tunnel, stream) => {
        tunnel.send('opened', stream);
        tunnel.send('data', stream, Buffer.alloc(65_536));
        for (let index = 0; index < 200; index++) tunnel.send('data', stream, Buffer.alloc(65_536));
      },
    ],
    [
      'a frame of a stream that is not open yet',
      (tunnel, stream) => tunnel.send('data', stream, Buffer.from('x')),
    ],
    [
      'a frame after the END of its stream',
      (tunnel, stream) => {
        tunnel.send('opened', stream);
        tunnel.send('end', stream);
        tunnel.send('data', stream, Buffer.from('x'));
      },
    ],
    [
      'an OPENED of a stream that is open',
      (tunnel, stream) => {
        tunnel.send('opened', stream);
        tunnel.send('opened', stream);
      },
    ],
    [
      'a WINDOW of more than 4 GB',
      (tunnel, stream) => {
        tunnel.send('opened', stream);
        tunnel.send('window', stream, u32(0xffffffff));
      },
    ],
  ];
  for (const [said, act] of cases) {
    const tunnel = await Tunnel.open(443);
    const socket = net.connect(443, '127.77.0.1').on('error', () => undefined);
    act(tunnel, (await tunnel.next('open')).stream);
    const { code, stderr } = await tunnel.ended;
    assert.deepEqual([code, stderr], [1, `mcpcat-init: the launcher sent ${said}: the network ends\n`]);
    socket.destroy();
  }
});

const wrongHellos: Readonly<Record<string, Buffer>> = {
  'another version': raw('010000000000000202 00'.replace(' ', '')),
  'another number of ports': raw('0100000000000004010201bb'),
  'port 0': raw('010000000000000401010000'),
  'a port twice': hello(443, 443),
  'something before it': encode('beat'),
};
for (const [what, bytes] of Object.entries(wrongHellos)) {
  test(`a HELLO with ${what} is refused`, { timeout }, async () => {
    const tunnel = new Tunnel();
    tunnel.write(bytes);
    assert.equal((await tunnel.ended).code, 1);
  });
}

test('a port that is taken is said', { timeout }, async (t) => {
  const server = net.createServer().listen(443, '0.0.0.0');
  await once(server, 'listening');
  t.after(() => server.close());
  const tunnel = new Tunnel();
  tunnel.write(hello(443));
  const { code, stderr } = await tunnel.ended;
  assert.equal(code, 1);
  assert.match(stderr, /^mcpcat-init: can't listen on port 443: Address (already )?in use\n$/);
});

test('frames may come one byte at a time', { timeout }, async () => {
  const tunnel = new Tunnel();
  for (const byte of hello(443)) {
    tunnel.write(Buffer.from([byte]));
    await pause(1);
  }
  await tunnel.next('ready');
});

test('the end of stdin ends the server', { timeout }, async () => {
  const server = startInit(['sh', '-c', 'echo ready; exec sleep 60'], {
    env: { MCPCAT_EOF_GRACE_MS: '60000' },
  });
  await saw(server, 'ready');
  const tunnel = new Tunnel({ init: server.process });
  tunnel.write(hello(443));
  await tunnel.next('ready');
  tunnel.child.stdin.end();
  assert.deepEqual(await tunnel.ended, { code: 0, stderr: '' });
  const { code, stderr } = await server.ended;
  assert.equal(code, 143);
  assert.match(stderr, /the launcher is gone/);
});

test('a launcher that can not be written to is gone as well', { timeout }, async () => {
  const tunnel = await Tunnel.open(443);
  tunnel.child.stdout.destroy();
  const socket = net.connect(443, '127.77.0.1').on('error', () => undefined);
  await tunnel.initEnded;
  socket.destroy();
});

test('heartbeats hold the lease and silence ends it', { timeout }, async () => {
  const tunnel = new Tunnel({ args: ['--heartbeat', '500'] });
  tunnel.write(hello());
  await tunnel.next('ready');
  const beat = setInterval(() => tunnel.send('beat'), 100);
  await pause(1500);
  assert.equal(tunnel.init.signalCode, null);
  clearInterval(beat);
  await tunnel.initEnded;
  assert.equal((await tunnel.ended).code, 0);
});

test('a relay with a wrong option says how to use it', { timeout }, async () => {
  const relay = spawn(init, ['relay', '--heartbeat', 'soon']);
  const said = once(relay.stderr, 'data');
  const [code] = (await once(relay, 'exit')) as [number];
  assert.equal(code, 2);
  assert.match(String(await said), /usage: mcpcat-init relay \[--heartbeat MILLISECONDS\]/);
});

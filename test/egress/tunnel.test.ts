import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { createServer, get } from 'node:http';
import { duplexPair, type Duplex } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { test } from 'node:test';
import { policyOf } from '../../src/egress/policy.ts';
import { Tunnel } from '../../src/egress/tunnel.ts';
import { McpcatError } from '../../src/lib/errors.ts';
import { loopbackDial, rig, tcpServer, until } from './rig.ts';

const timeout = 60_000;

test('the relay learns the ports, and names get their addresses in order', { timeout }, async () => {
  const { tunnel, relay } = await rig(['one.example.com', 'two.example.com:5432', '*.wide.example.com:8443']);
  assert.deepEqual(await relay.ports, [443, 5432, 8443]);
  assert.equal(await relay.lookup('two.example.com'), '127.77.0.2');
  assert.equal(await relay.lookup('one.example.com'), '127.77.0.1');
  assert.equal(await relay.lookup('a.wide.example.com'), '127.77.0.3');
  assert.equal(await relay.lookup('b.wide.example.com'), '127.77.0.4');
  assert.equal(await relay.lookup('a.wide.example.com'), '127.77.0.3');
  tunnel.close();
});

test('a name that is not permitted has no address, is not resolved, and is logged', { timeout }, async () => {
  const asked: string[] = [];
  const { tunnel, relay, attempts } = await rig(['api.example.com'], {
    dial: ({ name }) => {
      asked.push(name);
      return Promise.resolve({ outcome: 'failed', reason: 'no' });
    },
  });
  for (const name of ['evil.example.com', 'wide.example.com.', '127.1', 'a\u0000b', 'API.example.com'])
    assert.equal(await relay.lookup(name), undefined, name);
  assert.deepEqual(asked, []);
  assert.ok(attempts.every(({ what, verdict }) => what === 'lookup' && verdict === 'refused'));
  assert.equal(attempts[3]?.name, 'a?b');
  tunnel.close();
});

test('bytes pass both ways, half-closes too, and the attempt is logged with them', { timeout }, async () => {
  await using echo = await tcpServer();
  const { tunnel, relay, attempts } = await rig([`echo.example.com:${String(echo.port)}`]);
  const stream = relay.connect('127.77.0.1', echo.port);
  stream.end('hello');
  assert.equal(await text(stream), 'hello');
  await until('the attempt is logged', () => attempts.length === 1);
  const { ms, ...rest } = attempts[0] ?? { ms: -1 };
  assert.ok(ms >= 0);
  assert.deepEqual(rest, {
    what: 'connection',
    name: 'echo.example.com',
    port: echo.port,
    verdict: 'permitted',
    reason: undefined,
    allow: undefined,
    address: '127.0.0.1',
    bytesIn: 5,
    bytesOut: 5,
  });
  tunnel.close();
});

test('a host that ends first and reads on gets all the rest', { timeout }, async () => {
  const received = Promise.withResolvers<string>();
  await using server = await tcpServer((socket) => {
    socket.end('bye');
    void text(socket).then(received.resolve);
  });
  const { tunnel, relay } = await rig([`h.example.com:${String(server.port)}`]);
  const stream = relay.connect('127.77.0.1', server.port);
  assert.equal(await text(stream), 'bye');
  stream.end('still here');
  assert.equal(await received.promise, 'still here');
  tunnel.close();
});

test('an address without a name, a port and a name without permission are refused', { timeout }, async () => {
  const { tunnel, relay, attempts } = await rig(['one.example.com', 'two.example.com:5432']);
  const tries = [
    ['127.77.0.9', 443],
    ['127.0.0.1', 443],
    ['8.8.8.8', 443],
    ['127.77.0.1', 5432],
    ['127.77.0.2', 443],
  ] as const;
  for (const [address, port] of tries)
    await assert.rejects(relay.connect(address, port).connected, /reset 1/, address);
  assert.deepEqual(
    attempts.map(({ name, port, verdict }) => `${name} ${String(port)} ${verdict}`),
    [
      '127.77.0.9 443 refused',
      '127.0.0.1 443 refused',
      '8.8.8.8 443 refused',
      'one.example.com 5432 refused',
      'two.example.com 443 refused',
    ],
  );
  assert.match(attempts[3]?.reason ?? '', /port 5432 is not permitted, only one.example.com/);
  tunnel.close();
});

test('a host that is down is a failure with its reason, not a refusal', { timeout }, async () => {
  const gone = await tcpServer();
  await gone[Symbol.asyncDispose]();
  const { tunnel, relay, attempts } = await rig([`down.example.com:${String(gone.port)}`]);
  await assert.rejects(relay.connect('127.77.0.1', gone.port).connected, /reset 2/);
  assert.equal(attempts[0]?.verdict, 'permitted');
  assert.match(attempts[0]?.reason ?? '', /no connection \(127.0.0.1 ECONNREFUSED\)/);
  tunnel.close();
});

test('a connection that the host resets is reset in the container', { timeout }, async () => {
  await using server = await tcpServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
  const { tunnel, relay, attempts } = await rig([`h.example.com:${String(server.port)}`]);
  const stream = relay.connect('127.77.0.1', server.port);
  await stream.connected;
  stream.write('x');
  await until('the stream is reset', () => stream.destroyed);
  await until('the attempt is logged', () => attempts.length === 1);
  assert.equal(attempts[0]?.reason, 'ECONNRESET');
  tunnel.close();
});

test('a reset from the container closes the connection to the host', { timeout }, async () => {
  await using server = await tcpServer();
  const { tunnel, relay } = await rig([`h.example.com:${String(server.port)}`]);
  const stream = relay.connect('127.77.0.1', server.port);
  await stream.connected;
  stream.destroy();
  await until('the host sees it', () => server.sockets.size === 0);
  tunnel.close();
});

test('200 streams at once carry different bytes each', { timeout }, async () => {
  await using echo = await tcpServer();
  const { tunnel, relay, attempts } = await rig([`echo.example.com:${String(echo.port)}`]);
  const all = Array.from({ length: 200 }, async () => {
    const sent = randomBytes(100_000 + Math.trunc(Math.random() * 100_000));
    const stream = relay.connect('127.77.0.1', echo.port);
    stream.end(sent);
    const got = await buffer(stream);
    assert.equal(createHash('sha1').update(got).digest('hex'), createHash('sha1').update(sent).digest('hex'));
  });
  await Promise.all(all);
  await until('all are over', () => attempts.length === 200);
  tunnel.close();
});

test('the 257th stream at once is refused with the limit, and room comes back', { timeout }, async () => {
  await using echo = await tcpServer();
  const { tunnel, relay, attempts } = await rig([`echo.example.com:${String(echo.port)}`]);
  const streams = Array.from({ length: 256 }, () => relay.connect('127.77.0.1', echo.port));
  await Promise.all(streams.map(({ connected }) => connected));
  await assert.rejects(relay.connect('127.77.0.1', echo.port).connected, /reset 3/);
  assert.match(attempts[0]?.reason ?? '', /256 connections are open already/);
  assert.match(await errorOf(tunnel.connect(80)), /256 connections/);
  for (const stream of streams) stream.destroy();
  await until('all are over', () => attempts.length === 257);
  await relay.connect('127.77.0.1', echo.port).connected;
  tunnel.close();
});

test('when the tunnel ends, so does every connection', { timeout }, async () => {
  await using server = await tcpServer();
  const { tunnel, relay, attempts } = await rig([`h.example.com:${String(server.port)}`]);
  const streams = Array.from({ length: 20 }, () => relay.connect('127.77.0.1', server.port));
  await Promise.all(streams.map(({ connected }) => connected));
  tunnel.close();
  assert.deepEqual(await tunnel.ended, { kind: 'closed', message: 'the launcher closed it' });
  await until('the host sees it', () => server.sockets.size === 0);
  assert.equal(attempts.length, 20);
});

test('when the relay goes, the tunnel says so and every connection ends', { timeout }, async () => {
  await using server = await tcpServer();
  const { tunnel, relay, wire } = await rig([`h.example.com:${String(server.port)}`]);
  await relay.connect('127.77.0.1', server.port).connected;
  wire.destroy();
  assert.equal((await tunnel.ended).kind, 'session-ended');
  await until('the host sees it', () => server.sockets.size === 0);
});

test('a stream that is given up while its host is dialled leaves nothing behind', { timeout }, async () => {
  const dialling = Promise.withResolvers<void>();
  await using server = await tcpServer();
  const dial = loopbackDial();
  const signals: AbortSignal[] = [];
  const { tunnel, relay, attempts } = await rig([`h.example.com:${String(server.port)}`], {
    dial: async (request) => {
      signals.push(request.signal);
      await dialling.promise;
      return dial({ ...request, signal: new AbortController().signal });
    },
  });
  relay.connect('127.77.0.1', server.port).destroy();
  await until('the dial is called off', () => signals[0]?.aborted === true);
  dialling.resolve();
  await until('the late connection is closed', () => attempts.length === 1 && server.sockets.size === 0);
  assert.ok(!relay.heard.some((frame) => frame.startsWith('opened')));
  tunnel.close();
});

test('the launcher reaches a port in the container, with Node’s own HTTP client', { timeout }, async () => {
  const http = createServer((request, response) => response.end(`you asked ${request.url ?? ''}`));
  const { tunnel } = await rig([], {
    onConnection: (port, stream) => port === 8080 && http.emit('connection', stream),
  });
  const answer = await new Promise<string>((resolve, reject) => {
    const request = get(
      { path: '/mcp', createConnection: () => tunnel.connect(8080) },
      (response) => void text(response).then(resolve, reject),
    );
    request.on('error', reject);
  });
  assert.equal(answer, 'you asked /mcp');
  tunnel.close();
});

test('a stream of the launcher that the relay refuses breaks with io-failed', { timeout }, async () => {
  const { tunnel, relay } = await rig([], { onConnection: (_, stream) => stream.destroy() });
  assert.match(await errorOf(tunnel.connect(1)), /io-failed.*port 1 of the server was refused or reset/);
  assert.ok(relay.heard.includes('open 1'));
  tunnel.close();
  assert.match(await errorOf(tunnel.connect(1)), /io-failed.*no tunnel/);
});

test('a tunnel that ends before it is ready rejects with engine-failed', { timeout }, async () => {
  const [wire, far] = duplexPair();
  const dial = loopbackDial();
  const tunnel = new Tunnel({ input: wire, output: wire, policy: policyOf([]), dial });
  far.end();
  await assert.rejects(tunnel.ready, { code: 'engine-failed', message: /did not open: the relay ended/ });
});

async function errorOf(stream: Duplex): Promise<string> {
  const error = await new Promise<unknown>((resolve) => {
    stream.on('error', resolve);
    stream.resume();
  });
  return error instanceof McpcatError ? `${error.code}: ${error.message}` : String(error);
}

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { connect, createServer as createTcp, type AddressInfo, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { realDial, type Dialled } from '../../src/egress/dial.ts';
import type { NetworkSettings } from '../../src/lib/proxy.ts';
import { tcpServer, until } from './rig.ts';

const timeout = 30_000;

/** A real CONNECT proxy on loopback, for which every name is a server of the test. */
class Proxy implements AsyncDisposable {
  readonly asked: string[] = [];
  readonly sockets = new Set<Socket>();
  readonly #server: Server;
  /** What it answers instead of connecting. */
  refusal = '';

  private constructor(to: number, user: string | undefined) {
    const wanted = user === undefined ? undefined : `Basic ${Buffer.from(user).toString('base64')}`;
    this.#server = createServer();
    this.#server.on('connection', (socket: Socket) => {
      this.sockets.add(socket.on('error', () => undefined));
      socket.once('close', () => this.sockets.delete(socket));
    });
    this.#server.on('connect', (request: IncomingMessage, socket: Socket) => {
      this.asked.push(request.url ?? '');
      if (request.headers['proxy-authorization'] !== wanted)
        return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      if (this.refusal !== '') return void socket.end(this.refusal);
      const there = connect(to, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n');
        socket.pipe(there).pipe(socket);
      });
      there.on('error', () => socket.destroy());
    });
  }

  static async open(to: number, user?: string): Promise<Proxy> {
    const proxy = new Proxy(to, user);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  at(user = ''): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://${user === '' ? '' : `${user}@`}127.0.0.1:${String(port)}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

interface Attempt {
  readonly network: NetworkSettings;
  readonly name?: string;
  readonly port?: number;
  readonly addresses?: readonly string[];
  readonly private?: 'allowed' | 'refused';
}

function dial(attempt: Attempt): Promise<Dialled> {
  const { network, name = 'api.example.com', port = 443, addresses, private: mode = 'refused' } = attempt;
  const lookup = (): Promise<readonly string[]> =>
    addresses === undefined ? Promise.reject(new Error('ENOTFOUND')) : Promise.resolve(addresses);
  return realDial({ lookup, network, deadline: 5000 })({
    name,
    port,
    private: mode,
    signal: new AbortController().signal,
  });
}

function reason(result: Dialled): string {
  if (result.outcome !== 'connected') return `${result.outcome}: ${result.reason}`;
  result.stream.destroy();
  return `connected to ${result.address.replace(/:\d+$/, '')}`;
}

test(
  'a permitted host is reached through the proxy, though this machine knows no such name',
  { timeout },
  async () => {
    await using host = await tcpServer((socket) => socket.end('greeting first'));
    await using proxy = await Proxy.open(host.port, 'me:se cret@');
    const result = await dial({ network: { proxy: proxy.at('me:se%20cret%40') } });
    assert.equal(result.outcome, 'connected');
    if (result.outcome !== 'connected') return;
    assert.match(result.address, /^proxy 127\.0\.0\.1:\d+$/);
    assert.equal((await buffer(result.stream)).toString(), 'greeting first');
    assert.deepEqual(proxy.asked, ['api.example.com:443']);
    result.stream.destroy();
  },
);

test('megabytes pass both ways, as through any socket', { timeout }, async () => {
  await using echo = await tcpServer();
  await using proxy = await Proxy.open(echo.port);
  const result = await dial({ network: { proxy: proxy.at() }, addresses: ['93.184.215.14'] });
  assert.ok(result.outcome === 'connected');
  const sent = Buffer.alloc(4 << 20, 'x');
  result.stream.end(sent);
  assert.ok((await buffer(result.stream)).equals(sent));
});

test('what the proxy does not want is a failure that says so', { timeout }, async () => {
  await using host = await tcpServer();
  await using proxy = await Proxy.open(host.port, 'me:secret');
  const wrong = reason(await dial({ network: { proxy: proxy.at('me:wrong') } }));
  assert.match(wrong, /^failed: the proxy 127\.0\.0\.1:\d+: it wants a user and a password, or others$/);
  const user = proxy.at('me:secret');
  const cases: Readonly<Record<string, RegExp>> = {
    'HTTP/1.1 403 Forbidden\r\n\r\n': /it does not permit that host or port$/,
    'HTTP/1.1 502 Bad Gateway\r\n\r\n': /it answers 502$/,
    'SSH-2.0-OpenSSH\r\n\r\n': /it does not speak HTTP$/,
    'HTTP/1.1 200 OK\r\n': /it closed the connection$/,
    [`HTTP/1.1 200 OK\r\n${'x'.repeat(20_000)}`]: /it does not speak HTTP$/,
  };
  for (const [refusal, message] of Object.entries(cases)) {
    proxy.refusal = refusal;
    assert.match(reason(await dial({ network: { proxy: user } })), message);
  }
  await until('no connection is left', () => proxy.sockets.size === 0);
});

test('a proxy that is not there, or says nothing, is a failure in time', { timeout }, async () => {
  const silent = createTcp((socket) => socket.on('error', () => undefined).resume()).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const request = { name: 'x.example', port: 443, private: 'refused' } as const;
  const network = { proxy: `http://127.0.0.1:${String(port)}` };
  const lookup = (): Promise<readonly string[]> => Promise.reject(new Error('ENOTFOUND'));
  const signal = new AbortController().signal;
  const late = await realDial({ lookup, network, deadline: 100 })({ ...request, signal });
  assert.equal(reason(late), 'failed: no connection within 100 ms');
  silent.close();
  await once(silent, 'close');
  assert.match(reason(await dial({ network })), /^failed: the proxy 127\.0\.0\.1:\d+: ECONNREFUSED$/);
});

test('a name that leads inside is judged here, proxy or not', { timeout }, async () => {
  await using host = await tcpServer();
  await using proxy = await Proxy.open(host.port);
  const network = { proxy: proxy.at() };
  assert.match(reason(await dial({ network, addresses: ['10.0.0.5'] })), /^refused: it leads to 10\.0\.0\.5/);
  assert.match(
    reason(await dial({ network, name: '169.254.169.254', private: 'allowed' })),
    /^refused: it leads to 169\.254\.169\.254, the metadata service/,
  );
  assert.deepEqual(proxy.asked, []);
});

test('the user’s own machine and network are never looked for beyond the proxy', { timeout }, async () => {
  await using here = await tcpServer();
  await using proxy = await Proxy.open(1);
  const network = { proxy: proxy.at() };
  const direct = { network, port: here.port, private: 'allowed' } as const;
  assert.equal(reason(await dial({ ...direct, name: 'host.mcpcat.internal' })), 'connected to 127.0.0.1');
  assert.equal(
    reason(await dial({ ...direct, name: 'nas.lan', addresses: ['127.0.0.1'] })),
    'connected to 127.0.0.1',
  );
  const excepted = { ...direct, network: { ...network, noProxy: ['nas.lan'] } };
  assert.equal(
    reason(await dial({ ...excepted, name: 'nas.lan', addresses: ['127.0.0.1'] })),
    'connected to 127.0.0.1',
  );
  assert.deepEqual(proxy.asked, []);
});

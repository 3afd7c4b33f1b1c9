import assert from 'node:assert/strict';
import { test } from 'node:test';
import { text } from 'node:stream/consumers';
import { realDial, type Dialled, type DialOptions } from '../../src/egress/dial.ts';
import { tcpServer, until } from './rig.ts';

const timeout = 30_000;

async function dial(
  addresses: readonly string[] | Error,
  request: { name?: string; port?: number; private?: 'allowed' | 'refused'; signal?: AbortSignal } = {},
  options: DialOptions = {},
): Promise<Dialled> {
  const lookup = (): Promise<readonly string[]> =>
    addresses instanceof Error ? Promise.reject(addresses) : Promise.resolve(addresses);
  const defaults = {
    name: 'h.example.com',
    port: 9,
    private: 'refused',
    signal: new AbortController().signal,
  } as const;
  return realDial({ lookup, ...options })({ ...defaults, ...request });
}

function reason(result: Dialled): string {
  const found = result.outcome === 'connected' ? 'connected' : `${result.outcome}: ${result.reason}`;
  if (result.outcome === 'connected') result.stream.destroy();
  return result.outcome === 'refused' && result.allow !== undefined
    ? `${found}; allowable: ${result.allow}`
    : found;
}

test('a private result is refused before any connection, with what would allow it', { timeout }, async () => {
  await using server = await tcpServer();
  assert.equal(
    reason(await dial(['127.0.0.1'], { port: server.port })),
    `refused: it leads to 127.0.0.1, a loopback address; allowable: h.example.com:${String(server.port)}`,
  );
  assert.equal(server.sockets.size, 0);
});

test('one bad address among good ones condemns the name', { timeout }, async () => {
  for (const bad of ['10.0.0.1', '169.254.169.254', '::ffff:192.168.0.1', 'fe80::1', '0.0.0.0'])
    assert.match(reason(await dial(['8.8.8.8', '2606:4700::1', bad])), /^refused: it leads to /, bad);
});

test('a host that the user allowed may be private, but never the metadata service', { timeout }, async () => {
  await using server = await tcpServer();
  const result = await dial(['127.0.0.1'], { port: server.port, private: 'allowed' });
  assert.equal(result.outcome, 'connected');
  reason(result);
  for (const address of [
    '169.254.169.254',
    '0.0.0.0',
    '224.0.0.1',
    'fd00:ec2::254',
    '::ffff:169.254.169.254',
  ])
    assert.match(reason(await dial([address], { private: 'allowed' })), /^refused: [^;]*$/, address);
});

test('the name is resolved once: a second answer could be another', { timeout }, async () => {
  await using server = await tcpServer((socket) => socket.end('real'));
  const answers = [['127.0.0.1'], ['127.0.0.2']];
  let asked = 0;
  const result = await dial(
    [],
    { port: server.port, private: 'allowed' },
    { lookup: () => Promise.resolve(answers[asked++] ?? []) },
  );
  assert.equal(asked, 1);
  assert.ok(result.outcome === 'connected' && result.address === '127.0.0.1');
  assert.equal(await text(result.stream), 'real');
});

test('the user’s machine is reached only if allowed, and nobody resolves its name', { timeout }, async () => {
  await using server = await tcpServer();
  const request = { name: 'host.mcpcat.internal', port: server.port };
  const never = new Error('was resolved');
  assert.match(
    reason(await dial(never, request)),
    /^refused: it leads to 127.0.0.1.*allowable: host.mcpcat.internal:/,
  );
  assert.equal(reason(await dial(never, { ...request, private: 'allowed' })), 'connected');
});

test('a name that does not resolve, and one without an address, are failures', { timeout }, async () => {
  const unknown = Object.assign(new Error('getaddrinfo ENOTFOUND x'), { code: 'ENOTFOUND' });
  assert.equal(reason(await dial(unknown)), 'failed: the name does not resolve (ENOTFOUND)');
  assert.match(reason(await dial([])), /no address/);
});

test('the next address is tried when one refuses', { timeout }, async () => {
  await using server = await tcpServer();
  const addresses = ['127.0.0.9', '::1', '127.0.0.1'];
  const result = await dial(addresses, { port: server.port, private: 'allowed' });
  assert.ok(result.outcome === 'connected' && result.address === '127.0.0.1');
  reason(result);
  await until('the losers are gone', () => server.sockets.size === 0);
});

test('when all addresses fail, each is named', { timeout }, async () => {
  const gone = await tcpServer();
  await gone[Symbol.asyncDispose]();
  const result = await dial(['127.0.0.1', '127.0.0.2'], { port: gone.port, private: 'allowed' });
  assert.equal(reason(result), 'failed: no connection (127.0.0.1 ECONNREFUSED, 127.0.0.2 ECONNREFUSED)');
});

test('a resolver that hangs meets the deadline, and giving up ends the wait', { timeout }, async () => {
  const hang = { lookup: () => new Promise<never>(() => undefined) };
  assert.match(reason(await dial([], {}, { ...hang, deadline: 50 })), /^failed: no connection within 50 ms/);
  const signal = AbortSignal.timeout(50);
  assert.equal(reason(await dial([], { signal }, hang)), 'failed: the server gave up');
  assert.equal(reason(await dial([], { signal: AbortSignal.abort() }, hang)), 'failed: the server gave up');
});

test(
  'a flood of names does not queue thousands of resolutions; one name is resolved once at a time',
  { timeout },
  async () => {
    const pending: (() => void)[] = [];
    const asked: string[] = [];
    const dialler = realDial({
      lookup: (name) => {
        asked.push(name);
        return new Promise((resolve) => pending.push(() => resolve(['10.0.0.1'])));
      },
    });
    const signal = new AbortController().signal;
    const all = Array.from({ length: 300 }, (_, index) =>
      dialler({ name: `n${String(index % 100)}.example.com`, port: 9, private: 'refused', signal }),
    );
    await until('the resolver is full', () => asked.length === 64);
    for (const answer of pending) answer();
    const reasons = (await Promise.all(all)).map(reason);
    assert.equal(asked.length, 64);
    assert.equal(reasons.filter((line) => line.startsWith('refused')).length, 192);
    assert.equal(reasons.filter((line) => line === 'failed: too many names are being resolved').length, 108);
  },
);

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Engine } from '../../src/engine/engine.ts';
import { closedAfterwards } from '../rig/closed-afterwards.ts';
import { testEngine } from '../rig/engine.ts';
import {
  certificate,
  here,
  httpsServer,
  tcpServer,
  tooLateMs,
  travel,
  travellers,
  type Listening,
  type Traveller,
  type Travellers,
} from '../rig/tunnel.ts';

const timeout = 120_000;
const tls = certificate();
let engine: Engine;
const opened = closedAfterwards();
let world: Travellers;
let web: Listening;
let other: Listening;

before(
  async () => {
    engine = await testEngine();
    web = opened.use(await httpsServer(tls));
    other = opened.use(await tcpServer((socket) => socket.end('should not be reached')));
    world = opened.use(
      await travellers(
        engine,
        ['node'],
        tls,
        'permissions: {network: ["*.wild.example.com", exact.example.com:8443]}\n',
      ),
    );
  },
  { timeout },
);

function client(...more: readonly string[]): Traveller {
  return travel([world.nameOf('node'), '--catalog', world.folder, ...more]);
}
const allowed = (): readonly string[] => ['--allow', `${here}:${String(web.port)}`];

/** The tunnel opens beside the server: the first thing it answers is that it is there. */
async function ready(traveller: Traveller): Promise<Traveller> {
  const told = await traveller.ask('lookup', { name: 'exact.example.com' });
  assert.deepEqual(told.addresses?.length, 1, JSON.stringify(told));
  return traveller;
}

test('names that are not permitted do not exist, whatever is asked of them', { timeout }, async () => {
  await using traveller = await ready(client(...allowed()));
  for (const name of [
    'elsewhere.example.com',
    'wild.example.com',
    'sub.exact.example.com',
    `${'a'.repeat(60)}.${'b'.repeat(60)}.tunnel.example.net`,
    'metadata.google.internal',
    'host.docker.internal',
  ]) {
    const told = await traveller.ask('lookup', { name });
    assert.equal(told.error, 'ENOTFOUND', name);
    assert.ok(told.ms < tooLateMs, `${name}: ${String(told.ms)} ms`);
  }
  for (const type of ['A', 'AAAA', 'TXT', 'MX', 'SRV', 'NS']) {
    const told = await traveller.ask('resolve', { name: 'tunnel.example.net', type });
    assert.equal(told.error, 'ENOTFOUND', type);
  }
});

test('a permitted name has an IPv4 address and nothing else in the DNS', { timeout }, async () => {
  await using traveller = await ready(client());
  const told = await traveller.ask('resolve', { name: 'exact.example.com', type: 'A' });
  assert.deepEqual(told.records, ['127.77.0.1']);
  for (const type of ['AAAA', 'TXT', 'MX'])
    assert.equal(
      (await traveller.ask('resolve', { name: 'exact.example.com', type })).error,
      'ENODATA',
      type,
    );
});

test('a wildcard permits what is below it and not the name itself', { timeout }, async () => {
  await using traveller = await ready(client());
  for (const name of ['a.wild.example.com', 'a.b.wild.example.com'])
    assert.match((await traveller.ask('lookup', { name })).addresses?.[0] ?? '', /^127\.77\./, name);
  for (const name of ['wild.example.com', 'awild.example.com'])
    assert.equal((await traveller.ask('lookup', { name })).error, 'ENOTFOUND', name);
});

test('a port that is not permitted refuses at once, and nobody is reached', { timeout }, async () => {
  await using traveller = await ready(client(...allowed()));
  const told = await traveller.ask('tcp', { host: here, port: other.port });
  assert.equal(told.error, 'ECONNREFUSED');
  assert.equal(other.connections(), 0);
});

test('a port that another host may be reached on is refused, and mcpcat says so', { timeout }, async () => {
  await using traveller = await ready(client(...allowed()));
  const told = await traveller.ask('tcp', { host: 'exact.example.com', port: web.port });
  assert.equal(told.error, 'ECONNRESET');
  assert.match(
    await traveller.end(),
    new RegExp(
      `tried exact\\.example\\.com:${String(web.port)}: refused, port ${String(web.port)} is not permitted, only exact\\.example\\.com:8443; to allow it: --allow exact\\.example\\.com:${String(web.port)}\\n$`,
    ),
  );
});

test(
  'IP addresses lead nowhere: there is no route, and loopback stands for no name',
  { timeout },
  async () => {
    await using traveller = await ready(client(...allowed()));
    for (const host of ['192.0.2.1', '169.254.169.254', '172.17.0.1', '10.0.0.1', '2001:db8::1'])
      assert.match(
        (await traveller.ask('tcp', { host, port: 443 })).error ?? '',
        /^E(NETUNREACH|ADDRNOTAVAIL)$/,
        host,
      );
    for (const host of ['127.0.0.1', '127.77.200.200', '127.1.2.3'])
      assert.equal((await traveller.ask('tcp', { host, port: web.port })).error, 'ECONNRESET', host);
    assert.equal(web.connections(), 0);
  },
);

test('a permitted host that is down is one line, and a quick error for the server', { timeout }, async () => {
  const gone = await tcpServer(() => undefined);
  await gone[Symbol.asyncDispose]();
  await using traveller = await ready(client('--allow', `${here}:${String(gone.port)}`));
  for (let round = 0; round < 3; round++) {
    const told = await traveller.ask('fetch', { url: `https://${here}:${String(gone.port)}/` });
    assert.match(told.error ?? '', /ECONNRESET|UND_ERR_SOCKET|closed/);
    assert.ok(told.ms < tooLateMs, `${String(told.ms)} ms`);
  }
  const lines = (await traveller.end()).trim().split('\n');
  assert.equal(lines.length, 1, lines.join('\n'));
  assert.match(
    lines[0] ?? '',
    new RegExp(
      `could not reach ${here}:${String(gone.port)}: no connection \\(.*127\\.0\\.0\\.1 ECONNREFUSED`,
    ),
  );
});

test('a permitted name that does not resolve is one line, and a quick error', { timeout }, async () => {
  // .invalid never exists (RFC 6761): no resolver has to be asked for it far away.
  await using traveller = await ready(client('--allow', 'nowhere.invalid'));
  const told = await traveller.ask('fetch', { url: 'https://nowhere.invalid/' });
  assert.match(told.error ?? '', /ECONNRESET|UND_ERR_SOCKET|closed/);
  assert.match(
    await traveller.end(),
    /^mcpcat: \S+ could not reach nowhere\.invalid:443: the name does not resolve \(E\w+\)\n$/,
  );
});

test('with --deny-network nothing is left, not even names', { timeout }, async () => {
  await using traveller = client('--deny-network');
  assert.match(
    (await traveller.ask('lookup', { name: 'exact.example.com' })).error ?? '',
    /ENOTFOUND|EAI_AGAIN/,
  );
  assert.match((await traveller.ask('tcp', { host: '127.77.0.1', port: 8443 })).error ?? '', /ECONNREFUSED/);
});

test(
  'rules that contradict or repeat each other are refused before anything starts',
  { timeout },
  async () => {
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [
        ['--allow', here, '--deny-network'],
        /contradict each other\nhint: leave one out: --allow HOST\[:PORT\] --deny-network/,
      ],
      [['--allow', 'a.example', '--allow', 'a.example'], /allow: a\.example is listed twice/],
      [['--allow', '*.b.example', '--allow', 'c.b.example'], /c\.b\.example is contained in \*\.b\.example/],
      [['--allow', '169.254.169.254'], /169\.254\.169\.254 is the metadata service of a cloud/],
      [['--allow', 'https://a.example/x'], /found the URL[\s\S]*write a\.example/],
      [['--allow', 'a.example:0'], /expected a port from 1 to 65535/],
      [['--allow', 'localhost:80'], /this machine is host\.mcpcat\.internal/],
    ];
    for (const [args, message] of cases) {
      const { code, stdout, stderr } = await client(...args).started.ended;
      assert.deepEqual([code, stdout], [2, ''], args.join(' '));
      assert.match(stderr, message);
    }
  },
);

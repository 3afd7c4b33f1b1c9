import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Engine } from '../../src/engine/engine.ts';
import { closedAfterwards } from '../rig/closed-afterwards.ts';
import { testEngine } from '../rig/engine.ts';
import {
  certificate,
  here,
  httpsServer,
  postgresServer,
  tooLateMs,
  travel,
  travellers,
  type Language,
  type Listening,
  type Traveller,
  type Travellers,
} from '../rig/tunnel.ts';

const timeout = 180_000;
const password = 'correct-horse';
const databaseUrl = (port: number): string => `postgres://user:${password}@${here}:${String(port)}/notes`;
const tls = certificate();
let engine: Engine;
let world: Travellers;
let web: Listening;
let database: Listening;
/** What is open, whatever else failed: it would keep this process alive. */
const opened = closedAfterwards();

before(
  async () => {
    engine = await testEngine();
    web = opened.use(await httpsServer(tls));
    database = opened.use(await postgresServer(password));
    world = await travellers(
      engine,
      ['node', 'python', 'go'],
      tls,
      'env: {DATABASE_URL: {description: Where the notes are, secret: true}}\npermissions: {network: ["{DATABASE_URL}"]}\n',
    );
    opened.use(world);
  },
  { timeout },
);

const page = (path = '/'): string => `https://${here}:${String(web.port)}${path}`;

function visitor(language: Language, more: readonly string[] = []): Traveller {
  const allow = ['--allow', `${here}:${String(web.port)}`];
  return travel([world.nameOf(language), '--catalog', world.folder, ...allow, ...more]);
}

/** A first start says what it records (docs/consent.md). */
function withoutConsent(said: string): string {
  return said.replace(/^mcpcat: first start of .*\n/m, '');
}

const clients: readonly (readonly [Language, string, string])[] = [
  ['node', 'fetch', 'fetch of Node'],
  ['node', 'https', 'https of Node'],
  ['python', 'requests', 'requests of Python'],
  ['python', 'httpx', 'httpx of Python'],
  ['python', 'urllib', 'urllib of Python'],
  ['go', '', 'net/http of Go'],
];
for (const [language, way, title] of clients) {
  test(`${title} reaches a permitted host over TLS, without a proxy variable`, { timeout }, async () => {
    await using client = visitor(language);
    const told = await client.ask(way, { url: page() });
    assert.deepEqual([told.error, told.status, told.text], [undefined, 200, 'hello over TLS']);
    const large = await client.ask(way, { url: page('/5000000') });
    assert.equal(large.size, 5_000_000);
    assert.equal(withoutConsent(await client.end()), '', 'what goes well is not worth a line');
  });

  test(`${title} is told quickly that a name is not permitted`, { timeout }, async () => {
    await using client = visitor(language);
    await client.ask(way, { url: page() }); // the tunnel is open
    const told = await client.ask(way, { url: 'https://not.permitted.example/' });
    assert.match(told.error ?? '', /ENOTFOUND|Name or service not known|no such host|resolve/i);
    assert.ok(told.ms < tooLateMs, `${String(told.ms)} ms`);
    assert.match(
      await client.end(),
      new RegExp(
        `^mcpcat: ${world.nameOf(language)} asked for not\\.permitted\\.example: refused, the name is not permitted; to allow it: --allow not\\.permitted\\.example\\n$`,
      ),
    );
  });
}

test('a large upload arrives whole', { timeout }, async () => {
  await using client = visitor('node');
  const told = await client.ask('fetch', { url: page(), method: 'POST', send: 8_000_000 });
  assert.equal(told.text, '8000000');
});

test('200 connections at once are served', { timeout }, async () => {
  await using client = visitor('node', ['--memory', '1g']);
  const told = await client.ask('many', { url: page('/20000'), count: 200 });
  assert.deepEqual([told.error, told.count, told.size], [undefined, 200, 4_000_000]);
});

test('a PostgreSQL client signs in and asks, its host taken from a setting', { timeout }, async () => {
  const client = travel(
    // prettier-ignore
    [world.nameOf('node'), '--catalog', world.folder, '--allow', `${here}:${String(database.port)}`],
    { DATABASE_URL: databaseUrl(database.port) },
  );
  await using _ = client;
  const told = await client.ask('postgres', { url: databaseUrl(database.port), query: 'select 1' });
  assert.deepEqual([told.error, told.rows], [undefined, ['answer to select 1']]);
  assert.equal(withoutConsent(await client.end()), '');
});

test('a setting that leads to this machine is no licence to reach it', { timeout }, async () => {
  const client = travel([world.nameOf('node'), '--catalog', world.folder], {
    DATABASE_URL: databaseUrl(database.port),
  });
  await using _ = client;
  const seen = database.connections();
  const told = await client.ask('postgres', { url: databaseUrl(database.port), query: 'select 1' });
  assert.match(told.error ?? '', /ECONNRESET|closed/);
  assert.equal(database.connections(), seen);
  assert.match(
    await client.end(),
    new RegExp(
      `tried ${here}:${String(database.port)}: refused, it leads to 127\\.0\\.0\\.1, a loopback address; to allow it: --allow-local ${String(database.port)}\\n$`,
    ),
  );
});

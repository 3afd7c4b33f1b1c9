import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { JsonObject } from '../../src/lib/json-value.ts';
import { hubPolicy } from '../../src/policy/hub-policy.ts';
import { openPolicy, type ServerPolicy } from '../../src/policy/server-policy.ts';
import type { Hub } from '../../src/serve/front.ts';
import { createHub } from '../../src/serve/hub.ts';
import type { CallRecord } from '../../src/serve/policy.ts';
import { ScriptedClient } from '../rig/scripted-client.ts';
import { ScriptedServer } from '../rig/scripted-server.ts';

/** Each has an idle time that would outlast the test. */
const hubs: Hub[] = [];
after(async () => void (await Promise.all(hubs.map(async (hub) => hub.close()))));

const tools = ['echo', 'delete_all'].map((name) => ({ name, inputSchema: { type: 'object' } }));

interface Ruled {
  readonly client: ScriptedClient;
  readonly server: ScriptedServer;
  readonly log: CallRecord[];
}

/** A client of a server with these rules, which answers every call with a long text. */
function ruled(rules: Partial<ServerPolicy>, protocolVersion = '2025-11-25'): Ruled {
  const text = 'x'.repeat(3000);
  const more = protocolVersion < '2026' ? {} : { resultType: 'complete' };
  const server = new ScriptedServer({
    tools,
    protocolVersion,
    answer: () => ({ ...more, content: [{ type: 'text', text }] }),
  });
  const log: CallRecord[] = [];
  let id = 0;
  const hub = createHub({
    servers: [server.served],
    say: () => undefined,
    version: '0',
    onCall: (call) => void log.push(call),
    policy: hubPolicy(new Map([['scripted', { ...openPolicy, ...rules }]]), {
      now: () => 0,
      newId: () => String(id++),
    }),
  });
  hubs.push(hub);
  return { client: new ScriptedClient(hub), server, log };
}

function linkIn(result: JsonObject): string {
  const { content } = result as { content: { type: string; uri?: string }[] };
  return content.find(({ type }) => type === 'resource_link')?.uri ?? assert.fail(JSON.stringify(result));
}

test('a denied tool is in no list, a call of it is refused as of an unknown one and starts nothing', async () => {
  const { client, server, log } = ruled({ tools: { allow: undefined, deny: ['delete_*'] } });
  await client.initialize();
  const { tools: listed } = (await client.ask('tools/list')) as { tools: { name: string }[] };
  assert.deepEqual(
    listed.map(({ name }) => name),
    ['echo'],
  );
  const [denied, unknown] = [
    await client.request('tools/call', { name: 'delete_all' }),
    await client.request('tools/call', { name: 'delete_xyz' }),
  ];
  assert.ok(denied.kind === 'failure' && unknown.kind === 'failure');
  assert.equal(denied.error.object['code'], unknown.error.object['code']);
  assert.deepEqual([server.starts, log], [0, []]);
});

test('a call beyond the limit is answered with why, in the form of each revision, and is in the log', async () => {
  const { client, log, server } = ruled({ callsPerMinute: 1 });
  await client.modern('server/discover');
  await client.modern('tools/call', { name: 'echo' });
  const refused = await client.modern('tools/call', { name: 'echo' });
  assert.deepEqual([refused['resultType'], refused['isError']], ['complete', true]);
  assert.match(JSON.stringify(refused), /permits 1 calls a minute/);
  assert.deepEqual(
    log.map(({ outcome, tool }) => [tool, outcome]),
    [
      ['echo', 'ok'],
      ['echo', 'refused'],
    ],
  );
  assert.equal(server.requests('tools/call').length, 1);
});

for (const revision of ['2025-11-25', '2026-07-28'])
  test(`a result of a server of ${revision} that is cut, and the whole of it, are answers of each revision`, async () => {
    const rules = { results: { maxBytes: 1000, larger: 'cut' } } as const;
    const modern = ruled(rules, revision).client;
    await modern.modern('server/discover');
    const cut = await modern.modern('tools/call', { name: 'echo' });
    assert.equal(cut['resultType'], 'complete');
    const whole = await modern.modern('resources/read', { uri: linkIn(cut) });
    assert.deepEqual([whole['resultType'], whole['cacheScope']], ['complete', 'private']);
    assert.ok(JSON.stringify(whole).includes('x'.repeat(3000)));

    const legacy = ruled(rules, revision).client;
    await legacy.initialize();
    const own = await legacy.ask('tools/call', { name: 'echo' });
    assert.ok(JSON.stringify(await legacy.ask('resources/read', { uri: linkIn(own) })).includes('xxx'));
  });

test('a resource that is too large for one message is an error that says so', async () => {
  const resources = [{ name: 'big', uri: 'file:///big' }];
  const server = new ScriptedServer({
    tools,
    resources,
    answer: () => ({ contents: [{ uri: 'file:///big', text: 'x'.repeat(9 * 1024 ** 2) }] }),
  });
  const policy = hubPolicy(new Map(), { now: () => 0, newId: () => '0' });
  const hub = createHub({ servers: [server.served], say: () => undefined, version: '0', policy });
  hubs.push(hub);
  const client = new ScriptedClient(hub);
  await client.initialize();
  const answer = await client.request('resources/read', { uri: 'file:///big' });
  assert.ok(answer.kind === 'failure', 'it was handed on');
  assert.match(
    JSON.stringify(answer.error.object['message']),
    /^"scripted: The result has \d+ bytes; 8388608 are permitted/,
  );
});

test('a call that takes too long is cancelled at the server and answered with an error', async () => {
  const server = new ScriptedServer({ tools, answer: () => 'wait' });
  const hub = createHub({
    servers: [server.served],
    say: () => undefined,
    version: '0',
    policy: hubPolicy(new Map([['scripted', { ...openPolicy, timeoutMs: 20 }]]), {
      now: () => 0,
      newId: () => '',
    }),
  });
  hubs.push(hub);
  const client = new ScriptedClient(hub);
  await client.initialize();
  await assert.rejects(client.ask('tools/call', { name: 'echo' }), /no answer within 0\.02 s/);
  assert.ok(
    server.life.received.some(
      (message) => message.kind === 'notification' && message.method === 'notifications/cancelled',
    ),
  );
});

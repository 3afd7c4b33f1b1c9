import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Hub } from '../../src/serve/front.ts';
import { createHub } from '../../src/serve/hub.ts';
import { objectOf } from '../../src/lib/json-value.ts';
import { Part, result } from '../../src/serve/message.ts';
import { quiet, ScriptedClient } from '../rig/scripted-client.ts';
import { ScriptedServer, type Script } from '../rig/scripted-server.ts';

const echo = { name: 'echo', inputSchema: { type: 'object' } };

function rig(script: Script = {}): { readonly hub: Hub; readonly server: ScriptedServer } {
  const server = new ScriptedServer({
    tools: [echo],
    capabilities: { tools: {}, logging: {} },
    answer: ({ params }) => ({ content: [], echoed: params?.object['arguments'] ?? null }),
    ...script,
  });
  const hub = createHub({
    servers: [{ ...server.served, sharing: 'stateless' }],
    say: () => undefined,
    version: '0',
  });
  return { hub, server };
}

async function clientOf(hub: Hub, capabilities = {}): Promise<ScriptedClient> {
  const client = new ScriptedClient(hub);
  await client.initialize(capabilities);
  return client;
}

test('sessions share one container, which is greeted once as nobody’s, and each gets its own answers', async () => {
  const { hub, server } = rig();
  const clients = await Promise.all([1, 2, 3].map(async () => clientOf(hub, { roots: {} })));
  const calls = clients.flatMap((client, index) =>
    [1, 2].map(async (n) => client.ask('tools/call', { name: 'echo', arguments: { index, n } })),
  );
  const echoed = (await Promise.all(calls)).map((answer) => answer['echoed']);
  assert.deepEqual(
    echoed,
    [0, 1, 2].flatMap((index) => [1, 2].map((n) => ({ index, n }))),
  );
  assert.equal(server.starts, 1);
  const [greeting, ...more] = server.requests('initialize');
  assert.equal(more.length, 0);
  assert.deepEqual(objectOf(greeting?.params?.object)['capabilities'], {});
  const told = server.life.received.filter(
    (one) => one.kind === 'notification' && one.method === 'notifications/initialized',
  );
  assert.equal(told.length, 1);
});

test('progress and cancellation are of the session that asked, by ids that the others may use too', async () => {
  const { hub, server } = rig({ answer: () => 'wait' });
  const [one, other] = await Promise.all([clientOf(hub), clientOf(hub)]);
  const call = { name: 'echo', _meta: { progressToken: 'mine' } };
  const first = one.request('tools/call', call, 'same');
  void other.request('tools/call', call, 'same');
  await quiet();
  const [sent, second] = server.requests('tools/call');
  assert.ok(sent !== undefined && second !== undefined);
  const token = objectOf(sent.params?.object['_meta'])['progressToken'] ?? null;
  const params = Part.ofValue({ progressToken: token, progress: 1 });
  await server.life.send({ kind: 'notification', method: 'notifications/progress', params });
  const heard = (client: ScriptedClient): unknown =>
    client
      .notifications('notifications/progress')
      .map((message) => message.params?.object)
      .filter((found) => found?.['progress'] === 1 && !('message' in found));
  assert.deepEqual(heard(one), [{ progressToken: 'mine', progress: 1 }]);
  assert.deepEqual(heard(other), []);
  other.notify('notifications/cancelled', { requestId: 'same' });
  await quiet();
  const cancelled = server.life.received.flatMap((message) =>
    message.kind === 'notification' && message.method === 'notifications/cancelled'
      ? [message.params?.object['requestId']]
      : [],
  );
  assert.deepEqual(cancelled, [second.id]);
  await server.life.send(result(sent.id, { content: [] }));
  assert.equal((await first).kind, 'result');
});

test('what a session can’t be told apart by is not passed on: questions, log messages, levels, subscriptions', async () => {
  const { hub, server } = rig({ answer: () => 'wait' });
  const clients = await Promise.all([clientOf(hub, { roots: {} }), clientOf(hub, { roots: {} })]);
  for (const client of clients) void client.request('tools/call', { name: 'echo' });
  await quiet();
  await server.life.send({ kind: 'request', id: 'q', method: 'roots/list', params: undefined });
  const params = Part.ofValue({ level: 'info', data: 'of one of them' });
  await server.life.send({ kind: 'notification', method: 'notifications/message', params });
  const [client] = clients;
  assert.ok(client);
  assert.deepEqual(await client.ask('logging/setLevel', { level: 'debug' }), {});
  await quiet();
  for (const { received } of clients)
    assert.ok(
      !received.some(
        ({ message }) => message.kind === 'request' || JSON.stringify(message).includes('of one'),
      ),
    );
  assert.match(JSON.stringify(server.life.received.find(({ kind }) => kind === 'failure')), /"q"/);
  assert.equal(server.requests('logging/setLevel').length, 0);
  await assert.rejects(client.ask('resources/subscribe', { uri: 'mcpcat+scripted:x:1' }), /is shared/);
  assert.equal(server.requests('resources/subscribe').length, 0);
});

test('it goes on while one session uses it, ends with the last, and ps shows it once', async () => {
  const { hub, server } = rig();
  const [one, other] = await Promise.all([clientOf(hub), clientOf(hub)]);
  await one.ask('tools/call', { name: 'echo' });
  await other.ask('tools/call', { name: 'echo' });
  const [status, ...more] = hub.overview();
  assert.equal(more.length, 0);
  assert.deepEqual([status?.state, status?.calls], ['idle', 2]);
  assert.ok(status?.session !== undefined && status.session !== one.session.id);
  await one.session.close();
  assert.equal(server.life.isStopped, false);
  await other.ask('tools/call', { name: 'echo' });
  assert.equal(server.starts, 1);
  await hub.sleep('scripted', status.session);
  assert.equal(server.life.isStopped, true);
  assert.deepEqual([hub.overview()[0]?.state, hub.overview()[0]?.calls], ['asleep', 3]);
  await other.ask('tools/call', { name: 'echo' });
  assert.equal(server.starts, 2);
  await hub.close();
  assert.equal(server.life.isClosed, true);
});

test('its death is an error of the calls of every session, and a start that fails one of each that waits', async () => {
  const { hub, server } = rig({ answer: () => 'wait' });
  const clients = await Promise.all([clientOf(hub), clientOf(hub)]);
  const calls = clients.map(async (client) => client.request('tools/call', { name: 'echo' }));
  await quiet();
  server.life.die('it exited with 7');
  for (const answer of await Promise.all(calls))
    assert.match(JSON.stringify(answer.kind === 'failure' && answer.error.value), /exited with 7/);

  const failing = rig({ starting: () => Promise.reject(new Error('no engine')) });
  const waiting = await Promise.all([clientOf(failing.hub), clientOf(failing.hub)]);
  for (const client of waiting) await assert.rejects(client.ask('tools/call', { name: 'echo' }), /no engine/);
});

test('a start that every session has given up is given up, one that somebody waits for is not', async () => {
  const opening = Promise.withResolvers<void>();
  const { hub, server } = rig({ starting: async () => opening.promise });
  const [one, other] = await Promise.all([clientOf(hub), clientOf(hub)]);
  void one.request('tools/call', { name: 'echo' });
  const call = other.ask('tools/call', { name: 'echo' });
  await quiet();
  const closed = one.session.close();
  await quiet();
  opening.resolve();
  await closed;
  assert.ok(await call);
  assert.equal(server.starts, 1);
  await hub.close();
  assert.equal(server.life.isClosed, true);
});

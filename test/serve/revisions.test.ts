import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHub } from '../../src/serve/hub.ts';
import { Part, type Request } from '../../src/serve/message.ts';
import { quiet, ScriptedClient } from '../rig/scripted-client.ts';
import { ScriptedServer, type Script } from '../rig/scripted-server.ts';

const echo = { name: 'echo', inputSchema: { type: 'object' } };
const version = 'io.modelcontextprotocol/protocolVersion';

function pair(script: Script): { readonly client: ScriptedClient; readonly server: ScriptedServer } {
  const server = new ScriptedServer({ tools: [echo], ...script });
  const hub = createHub({ servers: [server.served], say: () => undefined, version: '0' });
  return { client: new ScriptedClient(hub), server };
}

async function asked(server: ScriptedServer, method: string): Promise<Request> {
  for (let turn = 0; turn < 1000; turn += 1) {
    const found = server.requests(method).at(-1);
    if (found !== undefined) return found;
    await quiet();
  }
  throw new Error(`the server was not asked ${method}`);
}

test('server/discover and lists are answered in the stateless revision, with nothing running', async () => {
  const { client, server } = pair({});
  const hello = await client.modern('server/discover');
  assert.deepEqual(hello['supportedVersions'], ['2026-07-28']);
  assert.equal(hello['resultType'], 'complete');
  assert.deepEqual(await client.modern('tools/list'), {
    tools: [echo],
    resultType: 'complete',
    ttlMs: 0,
    cacheScope: 'private',
  });
  assert.equal(server.starts, 0);
});

test('a server of an older revision is opened by initialize, and never sees what only the stateless one has', async () => {
  const { client, server } = pair({ answer: ({ params }) => ({ content: [], got: params?.value ?? null }) });
  const result = await client.modern('tools/call', { name: 'echo', _meta: { traceparent: '00-1' } });
  assert.deepEqual(result, {
    content: [],
    got: { name: 'echo', _meta: { traceparent: '00-1' } },
    resultType: 'complete',
  });
  assert.deepEqual(server.requests('initialize')[0]?.params?.object['clientInfo'], {
    name: 'test',
    version: '1',
  });
});

test('its question becomes the answer to the call, which goes on when the client asks again', async () => {
  const { client, server } = pair({ answer: () => 'wait' });
  const first = client.modern('tools/call', { name: 'echo' });
  const { id } = await asked(server, 'tools/call');
  await server.life.send({
    kind: 'request',
    id: 'q',
    method: 'elicitation/create',
    params: Part.ofValue({ message: 'Name?' }),
  });
  const wanted = await first;
  assert.equal(wanted['resultType'], 'input_required');
  assert.deepEqual(wanted['inputRequests'], {
    'input-1': { method: 'elicitation/create', params: { message: 'Name?' } },
  });
  const again = client.modern('tools/call', {
    name: 'echo',
    requestState: wanted['requestState'] ?? '',
    inputResponses: { 'input-1': { action: 'accept', content: { name: 'x' } } },
  });
  await quiet();
  const answer = server.life.received.at(-1);
  assert.ok(answer?.kind === 'result');
  assert.deepEqual([answer.id, answer.result.value], ['q', { action: 'accept', content: { name: 'x' } }]);
  server.life.answer(id, { content: [] });
  assert.deepEqual(await again, { content: [], resultType: 'complete' });
  assert.equal(server.requests('tools/call').length, 1);
});

test('a call that ends while the client is asked says so when the client comes back', async () => {
  const { client, server } = pair({ answer: () => 'wait' });
  const first = client.modern('tools/call', { name: 'echo' });
  await asked(server, 'tools/call');
  await server.life.send({ kind: 'request', id: 'q', method: 'elicitation/create', params: undefined });
  const { requestState } = await first;
  server.life.die('exited with 1');
  await quiet();
  await assert.rejects(
    client.modern('tools/call', { name: 'echo', requestState: requestState ?? '', inputResponses: {} }),
    /has ended while this ran/,
  );
});

test('with two calls open it can’t be told which one a question is about, and it is refused', async () => {
  const { client, server } = pair({ answer: () => 'wait' });
  void client.modern('tools/call', { name: 'echo' });
  void client.modern('tools/call', { name: 'echo' });
  while (server.requests('tools/call').length < 2) await quiet();
  await server.life.send({ kind: 'request', id: 'q', method: 'elicitation/create', params: undefined });
  const answer = server.life.received.at(-1);
  assert.ok(answer?.kind === 'failure');
  assert.match(answer.error.bytes.toString(), /can't be told which call/);
});

test('subscriptions/listen: lists and resources of an older server, acknowledged, under the id of the request', async () => {
  let tools = [echo];
  const { client, server } = pair({ resources: [{ uri: 'x:1' }], liveTools: () => tools });
  void client.request(
    'subscriptions/listen',
    {
      notifications: { toolsListChanged: true, resourceSubscriptions: ['x:1'] },
      _meta: { [version]: '2026-07-28' },
    },
    'listen',
  );
  await asked(server, 'resources/subscribe');
  const [acknowledged] = client.notifications('notifications/subscriptions/acknowledged');
  assert.deepEqual(acknowledged?.params?.object['notifications'], {
    toolsListChanged: true,
    resourceSubscriptions: ['x:1'],
  });
  await server.life.send({
    kind: 'notification',
    method: 'notifications/resources/updated',
    params: Part.ofValue({ uri: 'x:1' }),
  });
  tools = [];
  await server.life.send({
    kind: 'notification',
    method: 'notifications/tools/list_changed',
    params: undefined,
  });
  await quiet();
  for (const method of ['notifications/resources/updated', 'notifications/tools/list_changed']) {
    const [told] = client.notifications(method);
    assert.deepEqual(
      told?.params?.object['_meta'],
      { 'io.modelcontextprotocol/subscriptionId': 'listen' },
      method,
    );
  }
  client.notify('notifications/cancelled', { requestId: 'listen' });
  assert.equal(server.requests('resources/unsubscribe').length, 1);
});

test('a server of the stateless revision gets what it needs in each request of an older client, and the log level', async () => {
  const { client, server } = pair({
    protocolVersion: '2026-07-28',
    answer: () => ({ resultType: 'complete', content: [] }),
  });
  await client.initialize({ sampling: {} });
  await client.ask('logging/setLevel', { level: 'debug' });
  assert.deepEqual(await client.ask('tools/call', { name: 'echo' }), { resultType: 'complete', content: [] });
  assert.equal(server.requests('initialize').length, 0);
  const [call] = server.requests('tools/call');
  assert.deepEqual(call?.params?.object['_meta'], {
    [version]: '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': { sampling: {} },
    'io.modelcontextprotocol/logLevel': 'debug',
  });
});

test('what it wants to know is asked of the older client, and the server again with the answers', async () => {
  let count = 0;
  const { client, server } = pair({
    protocolVersion: '2026-07-28',
    answer: () =>
      count++ === 0
        ? {
            resultType: 'input_required',
            requestState: 's',
            inputRequests: { who: { method: 'elicitation/create', params: { message: 'Who?' } } },
          }
        : { resultType: 'complete', content: [] },
  });
  await client.initialize({ elicitation: {} });
  const call = client.ask('tools/call', { name: 'echo' });
  while (client.requests.length === 0) await quiet();
  const [request] = client.requests;
  assert.deepEqual(request?.params?.value, { message: 'Who?' });
  client.answer(request.id, { action: 'decline' });
  assert.deepEqual(await call, { resultType: 'complete', content: [] });
  const params = server.requests('tools/call')[1]?.params?.object;
  assert.deepEqual(
    [params?.['inputResponses'], params?.['requestState']],
    [{ who: { action: 'decline' } }, 's'],
  );
});

test('both of the stateless revision: requests and results pass as they are', async () => {
  const { client, server } = pair({
    protocolVersion: '2026-07-28',
    answer: ({ params }) => ({ resultType: 'input_required', got: params?.value ?? null }),
  });
  const result = await client.modern('tools/call', { name: 'echo' });
  assert.equal(result['resultType'], 'input_required');
  assert.deepEqual(Object.keys(result), ['resultType', 'got']);
  assert.equal(server.requests('server/discover').length, 1);
});

test('a revision that nobody serves is refused with those that are; a client may then go on with initialize', async () => {
  const { client } = pair({});
  const refused = await client.request('server/discover', { _meta: { [version]: '2027-01-01' } });
  assert.ok(refused.kind === 'failure');
  assert.deepEqual(refused.error.object['data'], { supported: ['2026-07-28'], requested: '2027-01-01' });
  assert.equal(refused.error.object['code'], -32_022);
  await client.modern('server/discover');
  const hello = await client.initialize({}, '2024-11-05');
  assert.equal(hello['protocolVersion'], '2024-11-05');
  assert.deepEqual(await client.ask('tools/list'), { tools: [echo] });
});

test('a server of the stateless revision is listened to: its lists, and the resources that an older client subscribes to', async () => {
  const listChanged = true;
  const { client, server } = pair({
    protocolVersion: '2026-07-28',
    resources: [{ uri: 'x:1' }],
    capabilities: { tools: { listChanged }, prompts: {}, resources: { subscribe: true, listChanged } },
    answer: ({ method }) => (method === 'subscriptions/listen' ? 'wait' : { resultType: 'complete' }),
  });
  await client.initialize();
  await client.ask('tools/call', { name: 'echo' });
  const heard = (): unknown[] =>
    server.requests('subscriptions/listen').map(({ params }) => params?.object['notifications']);
  assert.deepEqual(heard(), [{ toolsListChanged: true, resourcesListChanged: true }]);
  assert.deepEqual(await client.ask('resources/subscribe', { uri: 'x:1' }), {});
  assert.equal(server.requests('resources/subscribe').length, 0);
  const resourceSubscriptions = ['x:1'];
  assert.deepEqual(heard()[1], { toolsListChanged: true, resourcesListChanged: true, resourceSubscriptions });
  const [first, second] = server.requests('subscriptions/listen');
  assert.ok(first !== undefined && second !== undefined);
  const cancelled = server.life.received.find(
    (one) => one.kind === 'notification' && one.method === 'notifications/cancelled',
  );
  assert.deepEqual(cancelled?.kind === 'notification' && cancelled.params?.value, { requestId: first.id });

  const meta = { 'io.modelcontextprotocol/subscriptionId': second.id };
  for (const [method, more] of [
    ['notifications/subscriptions/acknowledged', { notifications: {} }],
    ['notifications/resources/updated', { uri: 'x:1' }],
    ['notifications/resources/list_changed', {}],
  ] as const)
    await server.life.send({ kind: 'notification', method, params: Part.ofValue({ ...more, _meta: meta }) });
  await quiet();
  const [updated] = client.notifications('notifications/resources/updated');
  assert.deepEqual(updated?.params?.value, { uri: 'x:1', _meta: {} });
  assert.equal(client.notifications('notifications/resources/list_changed').length, 1);
  assert.equal(client.notifications('notifications/subscriptions/acknowledged').length, 0);

  server.life.die('exited with 1');
  await quiet();
  await client.ask('tools/call', { name: 'echo' });
  assert.deepEqual(heard()[2], heard()[1]);
  await client.ask('resources/unsubscribe', { uri: 'x:1' });
  assert.deepEqual(heard()[3], heard()[0]);
});

test('a subscription wakes a server of the stateless revision, also for a client that listens itself', async () => {
  const script: Script = {
    protocolVersion: '2026-07-28',
    resources: [{ uri: 'x:1' }],
    answer: ({ method }) => (method === 'subscriptions/listen' ? 'wait' : { resultType: 'complete' }),
  };
  const older = pair(script);
  await older.client.initialize();
  await older.client.ask('resources/subscribe', { uri: 'x:1' });
  const notifications = { resourceSubscriptions: ['x:1'] };
  const heard = await asked(older.server, 'subscriptions/listen');
  assert.deepEqual(heard.params?.object['notifications'], notifications);

  const { client, server } = pair(script);
  const meta = { [version]: '2026-07-28' };
  void client.request('subscriptions/listen', { notifications, _meta: meta }, 'listen');
  const { id } = await asked(server, 'subscriptions/listen');
  const [acknowledged] = client.notifications('notifications/subscriptions/acknowledged');
  assert.deepEqual(acknowledged?.params?.object['notifications'], notifications);
  await server.life.send({
    kind: 'notification',
    method: 'notifications/resources/updated',
    params: Part.ofValue({ uri: 'x:1', _meta: { 'io.modelcontextprotocol/subscriptionId': id } }),
  });
  const [told] = client.notifications('notifications/resources/updated');
  assert.deepEqual(told?.params?.value, {
    uri: 'x:1',
    _meta: { 'io.modelcontextprotocol/subscriptionId': 'listen' },
  });
});

test('log messages go to the request of a stateless client that asks for them, from its level on', async () => {
  for (const protocolVersion of ['2025-11-25', '2026-07-28']) {
    const { client, server } = pair({ protocolVersion, answer: () => 'wait' });
    const logged = async (level: string): Promise<void> => {
      const params = Part.ofValue({ level, data: level });
      await server.life.send({ kind: 'notification', method: 'notifications/message', params });
    };
    const meta = { 'io.modelcontextprotocol/logLevel': 'warning' };
    const loud = client.modern('tools/call', { name: 'echo', _meta: meta });
    const { id: first } = await asked(server, 'tools/call');
    await logged('info');
    await logged('error');
    const silent = client.modern('tools/call', { name: 'echo' });
    while (server.requests('tools/call').length < 2) await quiet();
    await logged('warning');
    server.life.answer(first, { content: [] });
    await loud;
    await logged('emergency');
    const shown = client.received.filter(
      ({ message }) => message.kind === 'notification' && message.method === 'notifications/message',
    );
    assert.deepEqual(
      shown.map(({ message, about }) => [
        message.kind === 'notification' && message.params?.object['data'],
        about,
      ]),
      [
        ['error', 1],
        ['warning', 1],
      ],
    );
    server.life.answer(server.requests('tools/call')[1]?.id ?? '', { content: [] });
    await silent;
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHub } from '../../src/serve/hub.ts';
import type { CallRecord, Policy } from '../../src/serve/policy.ts';
import { openPolicy } from '../../src/serve/policy.ts';
import { Part, type Request } from '../../src/serve/message.ts';
import { quiet, ScriptedClient } from '../rig/scripted-client.ts';
import { ScriptedServer } from '../rig/scripted-server.ts';

const echo = { name: 'echo', inputSchema: { type: 'object' } };

interface Made {
  readonly client: ScriptedClient;
  readonly calls: CallRecord[];
}

function clientOf(servers: readonly ScriptedServer[], policy: Partial<Policy> = {}): Made {
  const calls: CallRecord[] = [];
  const hub = createHub({
    servers: servers.map(({ served }) => served),
    policy: { ...openPolicy, ...policy },
    onCall: (record) => calls.push(record),
    say: () => undefined,
    version: '0',
  });
  return { client: new ScriptedClient(hub), calls };
}

/** Until the server has been sent so many requests of a method. */
async function asked(server: ScriptedServer, method: string, count = 1): Promise<Request> {
  for (let turn = 0; turn < 1000; turn += 1) {
    const found = server.requests(method)[count - 1];
    if (found !== undefined) return found;
    await quiet();
  }
  throw new Error(`the server was not asked ${method}`);
}

test('names lead to the server under its own, and arguments, _meta and results pass as they are', async () => {
  const one = new ScriptedServer({
    name: 'one',
    tools: [echo, { name: 'getUser' }],
    answer: ({ params }) => ({ got: params?.value ?? null }),
  });
  const two = new ScriptedServer({ name: 'two', tools: [echo] });
  const { client } = clientOf([one, two]);
  await client.initialize();
  const result = await client.ask('tools/call', {
    name: 'one_get_user',
    arguments: { a: [1.5, 'ä'] },
    _meta: { traceparent: '00-1' },
  });
  assert.deepEqual(result, {
    got: { name: 'getUser', arguments: { a: [1.5, 'ä'] }, _meta: { traceparent: '00-1' } },
  });
  assert.equal(two.starts, 0);
  await assert.rejects(client.ask('tools/call', { name: 'three_echo' }), /there is no tool \\"three_echo\\"/);
  await assert.rejects(client.ask('tools/call', {}), /expected the name of a tool/);
  await assert.rejects(client.ask('no/such'), /method not found: no\/such/);
});

test('with one server a method that nobody knows is the server’s own', async () => {
  const server = new ScriptedServer({ answer: ({ method }) => ({ method }) });
  const { client } = clientOf([server]);
  await client.initialize();
  assert.deepEqual(await client.ask('vendor/own'), { method: 'vendor/own' });
});

test('progress comes under the client’s own token and id, and none of a call that is over', async () => {
  const server = new ScriptedServer({ tools: [echo], answer: () => 'wait' });
  const { client } = clientOf([server]);
  await client.initialize();
  const call = client.request('tools/call', { name: 'echo', _meta: { progressToken: 'p' } }, 'my-id');
  const { id, params } = await asked(server, 'tools/call');
  assert.deepEqual(params?.object['_meta'], { progressToken: id });
  const progress = {
    kind: 'notification',
    method: 'notifications/progress',
    params: Part.ofValue({ progressToken: id, progress: 1 }),
  } as const;
  await server.life.send(progress);
  server.life.answer(id, {});
  await call;
  await server.life.send(progress);
  const told = client.received.filter(
    ({ message }) => message.kind === 'notification' && message.params?.object['progress'] === 1,
  );
  assert.equal(told.length, 1);
  assert.equal(told[0]?.about, 'my-id');
  const [message] = told;
  assert.ok(message?.message.kind === 'notification');
  assert.deepEqual(message.message.params?.value, { progressToken: 'p', progress: 1 });
});

test('a cancelled call is cancelled at the server, and answered to nobody', async () => {
  const server = new ScriptedServer({ tools: [echo], answer: () => 'wait' });
  const { client, calls } = clientOf([server]);
  await client.initialize();
  void client.request('tools/call', { name: 'echo' }, 'gone');
  const { id } = await asked(server, 'tools/call');
  client.notify('notifications/cancelled', { requestId: 'gone', reason: 'enough' });
  const cancelled = server.life.received.at(-1);
  assert.ok(cancelled?.kind === 'notification');
  assert.deepEqual(cancelled.params?.value, { requestId: id, reason: 'enough' });
  server.life.answer(id, { late: true });
  await quiet();
  assert.equal(
    client.received.some(({ about }) => about === 'gone'),
    false,
  );
  assert.deepEqual(
    calls.map(({ outcome }) => outcome),
    ['cancelled'],
  );
});

test('a call that is cancelled while it waits for the start never reaches the server', async () => {
  const opening = Promise.withResolvers<void>();
  const server = new ScriptedServer({ tools: [echo], starting: async () => opening.promise });
  const { client } = clientOf([server]);
  await client.initialize();
  void client.request('tools/call', { name: 'echo' }, 'gone');
  client.notify('notifications/cancelled', { requestId: 'gone' });
  const other = client.ask('tools/call', { name: 'echo' });
  opening.resolve();
  await other;
  assert.equal(server.requests('tools/call').length, 1);
});

test('a question of a server goes to the client, about the call that caused it, and the answer back under the server’s id', async () => {
  const server = new ScriptedServer({ tools: [echo], answer: () => 'wait' });
  const { client } = clientOf([server]);
  await client.initialize({ sampling: {} });
  void client.request('tools/call', { name: 'echo' }, 'call');
  await asked(server, 'tools/call');
  await server.life.send({
    kind: 'request',
    id: 'theirs',
    method: 'sampling/createMessage',
    params: Part.ofValue({ messages: [] }),
  });
  const [request] = client.requests;
  assert.equal(request?.method, 'sampling/createMessage');
  assert.equal(client.received.at(-1)?.about, 'call');
  client.answer(request.id, { model: 'm' });
  const answer = server.life.received.at(-1);
  assert.ok(answer?.kind === 'result');
  assert.deepEqual([answer.id, answer.result.value], ['theirs', { model: 'm' }]);
});

test('what the client has not announced is refused in its name, and ping answered', async () => {
  const server = new ScriptedServer({ tools: [echo] });
  const { client } = clientOf([server]);
  await client.initialize();
  await client.ask('tools/call', { name: 'echo' });
  await server.life.send({ kind: 'request', id: 1, method: 'elicitation/create', params: undefined });
  await server.life.send({ kind: 'request', id: 2, method: 'ping', params: undefined });
  assert.deepEqual(client.requests, []);
  const [refused, pong] = server.life.received.slice(-2);
  assert.ok(refused?.kind === 'failure');
  assert.equal(refused.error.object['message'], 'the client has no elicitation');
  assert.ok(pong?.kind === 'result');
});

test('with the death of a server its questions to the client are withdrawn', async () => {
  const server = new ScriptedServer({ tools: [echo], answer: () => 'wait' });
  const { client } = clientOf([server]);
  await client.initialize({ roots: {} });
  void client.request('tools/call', { name: 'echo' });
  await asked(server, 'tools/call');
  await server.life.send({ kind: 'request', id: 1, method: 'roots/list', params: undefined });
  server.life.die('exited with 1');
  await quiet();
  const [withdrawn] = client.notifications('notifications/cancelled');
  assert.equal(withdrawn?.params?.object['requestId'], client.requests[0]?.id);
});

test('the log level and subscriptions are set again after a restart', async () => {
  const server = new ScriptedServer({ tools: [echo], resources: [{ uri: 'x:1' }] });
  const { client } = clientOf([server]);
  await client.initialize();
  await client.ask('logging/setLevel', { level: 'debug' });
  assert.equal(server.starts, 0);
  await client.ask('resources/subscribe', { uri: 'x:1' });
  server.life.die('exited with 1');
  await quiet();
  await client.ask('tools/call', { name: 'echo' });
  const second = server.lives[1]?.received.flatMap((one) =>
    one.kind === 'request' ? [[one.method, one.params?.value]] : [],
  );
  assert.deepEqual(second?.slice(2, 4), [
    ['logging/setLevel', { level: 'debug' }],
    ['resources/subscribe', { uri: 'x:1' }],
  ]);
  await server.life.send({
    kind: 'notification',
    method: 'notifications/resources/updated',
    params: Part.ofValue({ uri: 'x:1' }),
  });
  assert.equal(client.notifications('notifications/resources/updated').length, 1);
});

test('log messages of several servers say whose they are', async () => {
  const one = new ScriptedServer({ name: 'one', tools: [echo] });
  const { client } = clientOf([one, new ScriptedServer({ name: 'two', tools: [echo] })]);
  await client.initialize();
  await client.ask('tools/call', { name: 'one_echo' });
  await one.life.send({
    kind: 'notification',
    method: 'notifications/message',
    params: Part.ofValue({ level: 'info', logger: 'db', data: 1 }),
  });
  assert.deepEqual(client.notifications('notifications/message')[0]?.params?.value, {
    level: 'info',
    logger: 'one/db',
    data: 1,
  });
});

test('a tool that is new or changed when the server runs is neither shown nor called; one that is gone leaves the list', async () => {
  const changed = { name: 'changed', description: 'harmless' };
  const gone = { name: 'gone' };
  const server = new ScriptedServer({
    tools: [echo, changed, gone],
    liveTools: () => [echo, { ...changed, description: 'other' }, { name: 'new' }],
  });
  const { client } = clientOf([server]);
  await client.initialize();
  await assert.rejects(
    client.ask('tools/call', { name: 'changed' }),
    /does not have the tool changed as it was approved/,
  );
  assert.equal(client.notifications('notifications/tools/list_changed').length, 1);
  assert.deepEqual(await client.ask('tools/list'), { tools: [echo] });
  await assert.rejects(client.ask('tools/call', { name: 'new' }), /there is no tool/);
  assert.deepEqual(server.requests('tools/call'), []);
});

test('a list that changes while the server runs is looked at again', async () => {
  let tools = [echo];
  const server = new ScriptedServer({ tools: [echo], liveTools: () => tools });
  const { client } = clientOf([server]);
  await client.initialize();
  await client.ask('tools/call', { name: 'echo' });
  tools = [];
  await server.life.send({
    kind: 'notification',
    method: 'notifications/tools/list_changed',
    params: undefined,
  });
  await quiet();
  assert.equal(client.notifications('notifications/tools/list_changed').length, 1);
  assert.deepEqual(await client.ask('tools/list'), { tools: [] });
});

test('URIs in results lead back to the server they came from', async () => {
  const link = (uri: string): { type: string; uri: string } => ({ type: 'resource_link', uri });
  const one = new ScriptedServer({
    name: 'one',
    tools: [echo],
    resources: [{ uri: 'one:1' }],
    answer: ({ method, params }) =>
      method === 'resources/read'
        ? { contents: [{ uri: params?.object['uri'] ?? '' }] }
        : { content: [link('two:1'), link('one:1'), { type: 'text', text: '"uri"' }] },
  });
  const two = new ScriptedServer({ name: 'two', resources: [{ uri: 'two:1' }] });
  const { client } = clientOf([one, two]);
  await client.initialize();
  const { content } = await client.ask('tools/call', { name: 'one_echo' });
  assert.deepEqual(content, [link('mcpcat+one:two:1'), link('one:1'), { type: 'text', text: '"uri"' }]);
  const read = await client.ask('resources/read', { uri: 'mcpcat+one:two:1' });
  assert.deepEqual(read, { contents: [{ uri: 'mcpcat+one:two:1' }] });
  assert.equal(one.requests('resources/read')[0]?.params?.object['uri'], 'two:1');
  await assert.rejects(client.ask('resources/read', { uri: 'nobody:1' }), /no server has the resource/);
});

test('a policy hides, refuses, cuts, keeps and limits, and each call is logged', async () => {
  const server = new ScriptedServer({
    tools: [echo, { name: 'hidden' }, { name: 'slow' }],
    answer: ({ params }) => (params?.object['name'] === 'slow' ? 'wait' : { content: [], big: true }),
  });
  let count = 0;
  const { client, calls } = clientOf([server], {
    shows: (_server, { name }) => name !== 'hidden',
    refusal: () => (count++ === 1 ? 'too many' : undefined),
    fit: () => Part.ofValue({ content: [], cut: true }),
    read: (uri) => (uri === 'kept:1' ? Part.ofValue({ contents: [] }) : undefined),
    callTimeoutMs: () => 30,
  });
  await client.initialize();
  const { tools } = await client.ask('tools/list');
  assert.deepEqual(tools, [echo, { name: 'slow' }]);
  await assert.rejects(client.ask('tools/call', { name: 'hidden' }), /there is no tool/);
  assert.deepEqual(await client.ask('tools/call', { name: 'echo' }), { content: [], cut: true });
  assert.deepEqual(await client.ask('tools/call', { name: 'echo' }), {
    content: [{ type: 'text', text: 'too many' }],
    isError: true,
  });
  assert.deepEqual(await client.ask('resources/read', { uri: 'kept:1' }), { contents: [] });
  await assert.rejects(client.ask('tools/call', { name: 'slow' }), /scripted: no answer within 0.03 s/);
  assert.deepEqual(
    calls.map(({ tool, outcome }) => [tool, outcome]),
    [
      ['echo', 'ok'],
      ['echo', 'refused'],
      ['slow', 'timeout'],
    ],
  );
});

test('a task keeps its server awake, and is asked for where it is', async () => {
  const one = new ScriptedServer({
    name: 'one',
    tools: [echo],
    answer: ({ method }) =>
      method === 'tools/call'
        ? { task: { taskId: 't', status: 'working' } }
        : { taskId: 't', status: 'completed' },
  });
  const two = new ScriptedServer({ name: 'two', tools: [echo] });
  const { client } = clientOf([one, two], { idleMs: () => 1 });
  await client.initialize();
  await client.ask('tools/call', { name: 'one_echo', task: {} });
  await new Promise((resolve) => setTimeout(resolve, 30));
  assert.equal(one.life.isStopped, false);
  assert.deepEqual(await client.ask('tasks/get', { taskId: 't' }), { taskId: 't', status: 'completed' });
  while (!one.life.isClosed) await quiet();
  await assert.rejects(client.ask('tasks/get', { taskId: 'unknown' }), /there is no task/);
});

test('a task whose result was given, or whose time is over, keeps its server awake no longer', async () => {
  for (const ttl of [null, 1]) {
    const server = new ScriptedServer({
      tools: [echo],
      answer: ({ method }) =>
        method === 'tools/call' ? { task: { taskId: 't', status: 'working', ttl } } : { content: [] },
    });
    const { client } = clientOf([server], { idleMs: () => 1 });
    await client.initialize();
    await client.ask('tools/call', { name: 'echo', task: {} });
    if (ttl === null) assert.equal(server.life.isStopped, false);
    if (ttl === null) await client.ask('tasks/result', { taskId: 't' });
    while (!server.life.isClosed) await quiet();
  }
});

test('a tool that is withheld while other lists are asked for is not back with them', async () => {
  let tools = [echo];
  let answer = (): void => undefined;
  const server: ScriptedServer = new ScriptedServer({
    tools: [echo],
    prompts: [{ name: 'p' }],
    liveTools: () => tools,
    lists: ({ id, method }) => {
      if (method !== 'prompts/list') return undefined;
      answer = () => server.life.answer(id, { prompts: [{ name: 'p' }] });
      return 'wait';
    },
  });
  const { client } = clientOf([server]);
  await client.initialize();
  await client.ask('tools/call', { name: 'echo' });
  const prompts = client.ask('prompts/list');
  await asked(server, 'prompts/list');
  await quiet();
  tools = [{ ...echo, inputSchema: { type: 'string' } }];
  const method = 'notifications/tools/list_changed';
  await server.life.send({ kind: 'notification', method, params: undefined });
  await quiet();
  answer();
  assert.deepEqual(await prompts, { prompts: [{ name: 'p' }] });
  assert.deepEqual(await client.ask('tools/list'), { tools: [] });
  await assert.rejects(client.ask('tools/call', { name: 'echo' }), /there is no tool/);
});

test('a server that runs and says nothing does not keep the lists of others from the client', async (t) => {
  const dumb = new ScriptedServer({
    name: 'dumb',
    tools: [echo],
    prompts: [{ name: 'recorded' }],
    lists: ({ method }) => (method === 'prompts/list' ? 'wait' : undefined),
  });
  const other = new ScriptedServer({ name: 'other', prompts: [{ name: 'p' }] });
  const { client } = clientOf([dumb, other]);
  await client.initialize();
  await client.ask('tools/call', { name: 'dumb_echo' });
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const prompts = client.ask('prompts/list');
  await asked(dumb, 'prompts/list');
  t.mock.timers.tick(5000);
  assert.deepEqual(await prompts, { prompts: [{ name: 'dumb_recorded' }, { name: 'other_p' }] });
});

test('a list of five hundred pages is whole, one that begins again ends', async () => {
  const tools = Array.from({ length: 5001 }, (_value, index) => ({ name: `t${String(index)}` }));
  const whole = new ScriptedServer({
    name: 'whole',
    tools,
    lists: ({ method, params }) => {
      if (method !== 'tools/list') return undefined;
      const from = Number(params?.object['cursor'] ?? 0);
      const next = from + 10 < tools.length ? { nextCursor: String(from + 10) } : {};
      return { tools: tools.slice(from, from + 10), ...next };
    },
  });
  const endless = new ScriptedServer({
    name: 'endless',
    tools: [echo],
    lists: ({ method }) => (method === 'tools/list' ? { tools: [echo], nextCursor: 'x' } : undefined),
  });
  const { client } = clientOf([whole, endless]);
  await client.initialize();
  await client.ask('tools/call', { name: 'whole_t5000' });
  await client.ask('tools/call', { name: 'endless_echo' });
  assert.equal(endless.requests('tools/list').length, 2);
  assert.equal(whole.requests('tools/list').length, 501);
});

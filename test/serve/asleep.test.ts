import assert from 'node:assert/strict';
import { test } from 'node:test';
import { McpcatError } from '../../src/lib/errors.ts';
import type { Hub } from '../../src/serve/front.ts';
import { objectOf } from '../../src/lib/json-value.ts';
import { createHub } from '../../src/serve/hub.ts';
import { openPolicy } from '../../src/serve/policy.ts';
import { quiet, ScriptedClient } from '../rig/scripted-client.ts';
import { ScriptedServer } from '../rig/scripted-server.ts';

const echo = { name: 'echo', inputSchema: { type: 'object' } };
const said: string[] = [];

function hubOf(...servers: ScriptedServer[]): Hub {
  said.length = 0;
  return createHub({
    servers: servers.map(({ served }) => served),
    say: (line) => said.push(line),
    version: '0',
    policy: { ...openPolicy, idleMs: () => 1 },
  });
}

function text(content: string): { content: { type: string; text: string }[] } {
  return { content: [{ type: 'text', text: content }] };
}

test('initialize and every list are answered with nothing running', async () => {
  const server = new ScriptedServer({
    tools: [echo],
    prompts: [{ name: 'p' }],
    resources: [{ uri: 'x:1', name: 'one' }],
    resourceTemplates: [{ uriTemplate: 'x:{id}', name: 'any' }],
    instructions: 'Be brief.',
  });
  const client = new ScriptedClient(hubOf(server));
  const hello = await client.initialize();
  assert.equal(hello['protocolVersion'], '2025-11-25');
  assert.equal(hello['instructions'], 'Be brief.');
  assert.deepEqual(Object.keys(objectOf(hello['capabilities'])).toSorted(), [
    'completions',
    'logging',
    'prompts',
    'resources',
    'tools',
  ]);
  assert.deepEqual(await client.ask('tools/list'), { tools: [echo] });
  assert.deepEqual(await client.ask('prompts/list'), { prompts: [{ name: 'p' }] });
  assert.deepEqual(await client.ask('resources/list'), { resources: [{ uri: 'x:1', name: 'one' }] });
  assert.deepEqual(await client.ask('resources/templates/list'), {
    resourceTemplates: [{ uriTemplate: 'x:{id}', name: 'any' }],
  });
  assert.deepEqual(await client.ask('ping'), {});
  assert.equal(server.starts, 0);
});

test('the first call starts the server, once for any number of them, and each gets its own answer', async () => {
  const opened = Promise.withResolvers<void>();
  const server = new ScriptedServer({
    tools: [echo],
    starting: async () => opened.promise,
    answer: ({ params }) => text(JSON.stringify(params?.object['arguments'])),
  });
  const client = new ScriptedClient(hubOf(server));
  await client.initialize();
  const calls = [1, 2, 3].map(async (n) => client.ask('tools/call', { name: 'echo', arguments: { n } }));
  await quiet();
  opened.resolve();
  assert.deepEqual(
    await Promise.all(calls),
    [1, 2, 3].map((n) => text(`{"n":${String(n)}}`)),
  );
  assert.equal(server.starts, 1);
  assert.deepEqual(
    server.life.received.slice(0, 3).map((one) => ('method' in one ? one.method : one.kind)),
    ['initialize', 'notifications/initialized', 'tools/list'],
  );
});

test('a client that wants to hear of progress is told that its call waits for a start', async () => {
  const server = new ScriptedServer({ tools: [echo] });
  const client = new ScriptedClient(hubOf(server));
  await client.initialize();
  await client.ask('tools/call', { name: 'echo', _meta: { progressToken: 'mine' } });
  const [told] = client.notifications('notifications/progress');
  assert.deepEqual(told?.params?.value, { progressToken: 'mine', progress: 0, message: 'starting scripted' });
});

test('what is idle is stopped, what is open is not, and the next call starts it again', async () => {
  const server = new ScriptedServer({
    tools: [echo],
    answer: ({ params }) => (params?.object['arguments'] === undefined ? {} : 'wait'),
  });
  const client = new ScriptedClient(hubOf(server));
  await client.initialize();
  await client.ask('tools/call', { name: 'echo' });
  const first = server.life;
  while (!first.isClosed) await quiet();
  assert.equal(first.isStopped, true);
  const open = client.ask('tools/call', { name: 'echo', arguments: {} });
  while (server.requests('tools/call').length < 2) await quiet();
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(server.life.isStopped, false);
  server.life.answer(server.requests('tools/call')[1]?.id ?? '', text('late'));
  assert.deepEqual(await open, text('late'));
  assert.equal(server.starts, 2);
});

test('a server that dies gives an error for exactly the calls in flight; the next call starts it, nothing is sent again', async () => {
  const answers = ['wait', 'wait', {}] as const;
  let count = 0;
  const server = new ScriptedServer({ tools: [echo], answer: () => answers[count++] ?? {} });
  const client = new ScriptedClient(hubOf(server));
  await client.initialize();
  const calls = [client.ask('tools/call', { name: 'echo' }), client.ask('tools/call', { name: 'echo' })];
  const failed = Promise.allSettled(calls);
  while (server.requests('tools/call').length < 2) await quiet();
  server.life.die('exited with 1');
  for (const outcome of await failed) {
    assert.ok(outcome.status === 'rejected');
    assert.match(String(outcome.reason), /scripted has ended while this ran: exited with 1/);
  }
  assert.deepEqual(await client.ask('tools/call', { name: 'echo' }), {});
  assert.equal(server.requests('tools/call').length, 3);
  assert.deepEqual(said, ['scripted has ended: exited with 1']);
});

test('what can’t be started says why, and the others still serve', async () => {
  const broken = new ScriptedServer({
    name: 'broken',
    tools: [echo],
    starting: async () =>
      Promise.reject(new McpcatError('settings-missing', 'broken needs KEY', { hint: 'set it' })),
  });
  const fine = new ScriptedServer({ name: 'fine', tools: [echo] });
  const client = new ScriptedClient(hubOf(broken, fine));
  await client.initialize();
  const list = await client.ask('tools/list');
  assert.deepEqual(list, {
    tools: [
      { ...echo, name: 'broken_echo' },
      { ...echo, name: 'fine_echo' },
    ],
  });
  await assert.rejects(
    client.ask('tools/call', { name: 'broken_echo' }),
    /broken was not started: broken needs KEY \(set it\)/,
  );
  assert.deepEqual(await client.ask('tools/call', { name: 'fine_echo' }), {});
  assert.equal(fine.requests('tools/call')[0]?.params?.object['name'], 'echo');
});

test('a server that never answers is given up', async () => {
  const server = new ScriptedServer({ tools: [echo] });
  const { served } = server;
  const silent = {
    ...served,
    open: async (...given: Parameters<typeof served.open>) => ({
      ...(await served.open(...given)),
      send: () => true,
    }),
  };
  const hub = createHub({ servers: [silent], say: () => undefined, version: '0', startTimeoutMs: 10 });
  const client = new ScriptedClient(hub);
  await client.initialize();
  await assert.rejects(
    client.ask('tools/call', { name: 'echo' }),
    /scripted was not started: did not answer within 0.01 s/,
  );
  assert.equal(server.life.isClosed, true);
});

test('a server that nobody has recorded is started once to be listed; what was seen is kept', async () => {
  const server = new ScriptedServer({ tools: [echo], unrecorded: true });
  const client = new ScriptedClient(hubOf(server));
  await client.initialize();
  assert.deepEqual(await client.ask('tools/list'), { tools: [echo] });
  assert.equal(server.starts, 1);
  assert.equal(server.life.isClosed, true);
  assert.deepEqual(
    server.learned.map(({ tools }) => tools),
    [[echo]],
  );
  assert.match(said[0] ?? '', /scripted: nobody has recorded what it offers/);
});

test('sessions that come at once share the start that lists a server; the last one to go ends it', async () => {
  const opening = Promise.withResolvers<void>();
  const server = new ScriptedServer({
    tools: [echo],
    unrecorded: true,
    starting: async () => opening.promise,
  });
  const hub = hubOf(server);
  const [one, two, three] = [new ScriptedClient(hub), new ScriptedClient(hub), new ScriptedClient(hub)];
  for (const client of [one, two, three]) await client.initialize();
  const listed = [two, three].map(async (client) => client.ask('tools/list'));
  await one.session.close();
  opening.resolve();
  assert.deepEqual(await Promise.all(listed), [{ tools: [echo] }, { tools: [echo] }]);
  assert.equal(server.starts, 1);
  assert.equal(server.learned.length, 1);
  assert.equal(server.life.isClosed, true);
});

test('where every session has gone, a start that lists a server is given up, and the next one starts it anew', async () => {
  const opening = Promise.withResolvers<void>();
  const server = new ScriptedServer({
    tools: [echo],
    unrecorded: true,
    starting: async () => opening.promise,
  });
  const hub = hubOf(server);
  const [one, two] = [new ScriptedClient(hub), new ScriptedClient(hub)];
  await one.initialize();
  await quiet();
  const closed = one.session.close();
  await two.initialize();
  const list = two.ask('tools/list');
  opening.resolve();
  await closed;
  assert.deepEqual(await list, { tools: [echo] });
  assert.equal(server.starts, 2);
  assert.equal(server.learned.length, 1);
});

test('the end of a session ends its servers, also one that is being started', async () => {
  const opening = Promise.withResolvers<void>();
  const server = new ScriptedServer({ tools: [echo] });
  const slow = new ScriptedServer({ name: 'slow', tools: [echo], starting: async () => opening.promise });
  const hub = hubOf(server, slow);
  const client = new ScriptedClient(hub);
  await client.initialize();
  await client.ask('tools/call', { name: 'scripted_echo' });
  void client.request('tools/call', { name: 'slow_echo' });
  await quiet();
  const closed = hub.close();
  opening.resolve();
  await closed;
  assert.equal(server.life.isClosed, true);
  assert.equal(slow.lives.length, 0);
  assert.deepEqual(hub.status(), []);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from '../../src/serve/message.ts';
import { openedFront, stateless, usual } from './opened-front.ts';
import { textResult } from './scripted-hub.ts';

const limits = { streamAfterMs: 5 };

test('headers that say another thing than the body are refused', async (t) => {
  const { post, hub } = await openedFront(t);
  const { body, headers } = stateless('tools/call', { name: 'écho' });
  const encoded = `=?base64?${Buffer.from('écho').toString('base64')}?=`;
  const fine = await post(body, { ...headers, 'Mcp-Name': encoded });
  assert.equal(fine.status, 200);
  const cases: readonly Readonly<Record<string, string>>[] = [
    { 'Mcp-Method': 'tools/list' },
    { 'Mcp-Name': 'other' },
    { 'Mcp-Name': '=?base64?!!?=' },
    { 'Mcp-Name': '=?base64?w6k=?=' },
    { 'MCP-Protocol-Version': '2025-11-25' },
    { 'MCP-Protocol-Version': '' },
    { 'Mcp-Method': '' },
    { 'Mcp-Name': '' },
  ];
  const nameless = stateless('tools/call', { name: 5 }).body;
  assert.equal((await post(nameless, { ...headers, 'Mcp-Name': 'echo' })).status, 400);
  for (const changed of cases) {
    const response = await post(body, { ...headers, 'Mcp-Name': encoded, ...changed });
    const { error, id } = (await response.json()) as { error: { code: number }; id: unknown };
    assert.deepEqual([response.status, error.code, id], [400, -32_020, 7], JSON.stringify(changed));
  }
  assert.equal(hub.sessions[0]?.delivered.length, 1);
});

test('a revision that is not served is answered with those that are', async (t) => {
  const { post } = await openedFront(t);
  const { body, headers } = stateless('tools/list', {
    _meta: { 'io.modelcontextprotocol/protocolVersion': '2099-01-01' },
  });
  const response = await post(body, { ...headers, 'MCP-Protocol-Version': '2099-01-01' });
  const { error } = (await response.json()) as { error: { code: number; data: unknown } };
  assert.deepEqual([response.status, error.code], [400, -32_022]);
  assert.deepEqual(error.data, {
    supported: ['2026-07-28', '2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'],
    requested: '2099-01-01',
  });
});

test('an unknown method is HTTP 404, and a request that says nothing of itself 400', async (t) => {
  const { post } = await openedFront(t);
  const { body, headers } = stateless('nonsense/method');
  assert.equal((await post(body, headers)).status, 404);
  const bare = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
  const response = await post(bare, headers);
  const { error, id } = (await response.json()) as { error: { code: number }; id: unknown };
  assert.deepEqual([response.status, error.code, id], [400, -32_602, 1]);
  assert.equal((await post({ jsonrpc: '2.0', id: 1, result: {} }, headers)).status, 400);
  assert.equal((await post({ jsonrpc: '2.0', method: 'notifications/x' }, headers)).status, 202);
});

test('two clients that use the same id get each its own answer, in whatever order they come', async (t) => {
  const { post, hub } = await openedFront(t, { limits });
  const { body, headers } = stateless('tools/call', { name: 'wait' });
  const [one, two] = [await post(body, headers), await post(body, headers)];
  const [session, ...more] = hub.sessions;
  assert.equal(more.length, 0);
  const ids = (session?.delivered ?? []).map((message) => (message.kind === 'request' ? message.id : 0));
  assert.equal(new Set(ids).size, 2);
  void session?.connection.send(textResult(ids[1] ?? 0, 'second'), { about: ids[1] });
  void session?.connection.send(textResult(ids[0] ?? 0, 'first'), { about: ids[0] });
  assert.match(await one.text(), /"id":7,.*first/);
  assert.match(await two.text(), /"id":7,.*second/);
});

test('clients of another name or with other abilities share nothing', async (t) => {
  const { post, hub, front } = await openedFront(t);
  const facts = ['io.modelcontextprotocol/clientInfo', 'io.modelcontextprotocol/clientCapabilities'] as const;
  for (const meta of [
    {},
    { [facts[0]]: { name: 'other', version: '1' } },
    { [facts[1]]: { roots: {} } },
    {},
  ]) {
    const { body, headers } = stateless('tools/list', { _meta: meta });
    assert.equal((await post(body, headers)).status, 200);
  }
  assert.deepEqual([hub.sessions.length, front.clients()], [3, 3]);
});

test('of clients that say the same of themselves those share nothing that their programs or pages tell apart', async (t) => {
  const { post, hub, front } = await openedFront(t);
  const { body, headers } = stateless('tools/list');
  for (const more of [
    { 'User-Agent': 'one/1' },
    { 'User-Agent': 'other/1' },
    { 'User-Agent': 'one/1', Origin: 'http://localhost:1234' },
  ])
    for (const again of ['close', 'keep-alive'])
      assert.equal((await post(body, { ...headers, ...more, Connection: again })).status, 200);
  assert.deepEqual([hub.sessions.length, front.clients()], [3, 3], 'and each is one across connections');
});

test('a client that closes its connection has cancelled its request', async (t) => {
  const { url, hub } = await openedFront(t, { limits });
  const { body, headers } = stateless('tools/call', { name: 'wait' });
  const gone = new AbortController();
  const init = { method: 'POST', body: JSON.stringify(body), headers: { ...usual, ...headers } };
  await fetch(url, { ...init, signal: gone.signal });
  const [session] = hub.sessions;
  const cancelled = new Promise<Message>((resolve) => {
    const look = setInterval(() => {
      const [, last] = session?.delivered ?? [];
      if (last === undefined) return;
      clearInterval(look);
      resolve(last);
    }, 5);
  });
  gone.abort();
  const message = await cancelled;
  assert.ok(message.kind === 'notification' && message.method === 'notifications/cancelled');
  const [request] = session?.delivered ?? [];
  assert.equal(message.params?.object['requestId'], request?.kind === 'request' ? request.id : undefined);
});

test('a subscription stays open and is called by the id of its client', async (t) => {
  const { post, hub } = await openedFront(t, { limits });
  const { body, headers } = stateless(
    'subscriptions/listen',
    { notifications: { toolsListChanged: true } },
    'sub',
  );
  const response = await post(body, headers);
  assert.equal(response.headers.get('content-type'), 'text/event-stream');
  const { connection, delivered } = hub.sessions[0] ?? assert.fail();
  const [request] = delivered;
  const id = request?.kind === 'request' ? request.id : 0;
  void connection.send(textResult(id, 'over'), { about: id });
  const text = await response.text();
  assert.match(text, /subscriptions\/acknowledged.*"io\.modelcontextprotocol\/subscriptionId":"sub"/);
  assert.match(text, /"id":"sub"/);
});

test('clients of one name are told apart where their addresses are', async (t) => {
  const { url, hub, front } = await openedFront(t);
  const { body, headers } = stateless('tools/list');
  const asked = async (address: string): Promise<number> => {
    const init = { method: 'POST', body: JSON.stringify(body), headers: { ...usual, ...headers } };
    const response = await fetch(address, init);
    await response.text();
    return response.status;
  };
  for (const more of ['', '/one', '/one?x=1', '/two', '', '/'])
    assert.equal(await asked(url + more), 200, more);
  assert.deepEqual([hub.sessions.length, front.clients()], [3, 3]);
  // What editors make of the folder of a window.
  for (const more of ['//home/me/a', '//home/me/b', '/C:/me/a%20b', '//home/me/a'])
    assert.equal(await asked(url + more), 200, more);
  assert.deepEqual([hub.sessions.length, front.clients()], [6, 6]);
  for (const more of [`/${'x'.repeat(1025)}`, 'x', '/../other'])
    assert.equal(await asked(url + more), 404, more);
});

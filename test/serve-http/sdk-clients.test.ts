import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  Client as ModernClient,
  StreamableHTTPClientTransport as ModernTransport,
} from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import {
  StreamableHTTPClientTransport,
  StreamableHTTPError,
} from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  ListRootsRequestSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { openedFront, token } from './opened-front.ts';

const requestInit = { headers: { Authorization: `Bearer ${token}` } };
const info = { name: 'sdk', version: '1' };

test('a client of the older SDK has a session: lists, calls, progress, requests to it, changes, its end', async (t) => {
  const { hub, url, front } = await openedFront(t);
  const client = new Client(info, { capabilities: { roots: {} } });
  const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit });
  client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri: 'file:///x' }] }));
  const changed = Promise.withResolvers<void>();
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => changed.resolve());
  await client.connect(transport);
  assert.deepEqual(
    (await client.listTools()).tools.map(({ name }) => name),
    ['echo', 'ask', 'wait'],
  );
  const seen: number[] = [];
  const echoed = await client.callTool({ name: 'echo', arguments: { a: 'ä' } }, undefined, {
    onprogress: ({ progress }) => seen.push(progress),
  });
  assert.deepEqual([echoed.content, seen], [[{ type: 'text', text: '{"a":"ä"}' }], [1]]);
  const asked = await client.callTool({ name: 'ask' });
  assert.deepEqual(asked.content, [{ type: 'text', text: '{"roots":[{"uri":"file:///x"}]}' }]);
  const [session] = hub.sessions;
  assert.ok(session);
  const change = {
    kind: 'notification',
    method: 'notifications/tools/list_changed',
    params: undefined,
  } as const;
  void session.connection.send(change, { about: undefined });
  await changed.promise;
  assert.equal(front.clients(), 1);
  await transport.terminateSession();
  assert.deepEqual([front.clients(), session.closed], [0, true]);
  await client.close();
});

test('a client of the newer SDK needs no session where the revision has none', async (t) => {
  const { hub, url } = await openedFront(t);
  const client = new ModernClient(info, { versionNegotiation: { mode: 'auto' } });
  await client.connect(new ModernTransport(new URL(url), { requestInit }));
  assert.equal(client.getNegotiatedProtocolVersion(), '2026-07-28');
  assert.deepEqual(
    (await client.listTools()).tools.map(({ name }) => name),
    ['echo', 'ask', 'wait'],
  );
  const seen: number[] = [];
  const echoed = await client.callTool(
    { name: 'echo', arguments: { a: 1 } },
    { onprogress: ({ progress }) => void seen.push(progress) },
  );
  assert.deepEqual([echoed.content, seen], [[{ type: 'text', text: '{"a":1}' }], [1]]);
  await client.close();
  assert.equal(hub.sessions.length, 1);
});

test('a client of the newer SDK in the older revision has a session, too', async (t) => {
  const { hub, url, front } = await openedFront(t);
  const client = new ModernClient(info);
  await client.connect(new ModernTransport(new URL(url), { requestInit }));
  assert.equal(client.getNegotiatedProtocolVersion(), '2025-11-25');
  assert.equal((await client.callTool({ name: 'echo' })).isError, undefined);
  assert.deepEqual([front.clients(), hub.sessions.length], [1, 1]);
  await client.close();
});

test('a client without the token gets nowhere', async (t) => {
  const { url, hub } = await openedFront(t);
  const client = new Client(info);
  const transport = new StreamableHTTPClientTransport(new URL(url));
  await assert.rejects(
    client.connect(transport),
    (error) => error instanceof StreamableHTTPError && error.code === 401,
  );
  assert.equal(hub.sessions.length, 0);
});

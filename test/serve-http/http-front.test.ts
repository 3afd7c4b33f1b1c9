import assert from 'node:assert/strict';
import http from 'node:http';
import net from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openHttpFront } from '../../src/serve-http/http-front.ts';
import { refused } from '../sandbox/fixtures.ts';
import { begun, initialize, openedFront, stateless, token, usual } from './opened-front.ts';
import { scriptedHub, textResult } from './scripted-hub.ts';

const errorIn = async (response: Response): Promise<{ code: number; message: string; id: unknown }> => {
  const { error, id } = (await response.json()) as { error: { code: number; message: string }; id: unknown };
  return { ...error, id };
};

test('a wrong token, a foreign Origin and a foreign Host are refused before anything is read', async (t) => {
  const opened = await openedFront(t);
  const wrong = await opened.post(initialize, { Authorization: 'Bearer wrong' });
  assert.deepEqual([wrong.status, wrong.headers.get('www-authenticate')], [401, 'Bearer']);
  assert.equal((await opened.post(initialize, { Origin: 'https://example.com' })).status, 403);
  const status = await new Promise((resolve, reject) => {
    const headers = { ...usual, Host: 'rebound.example.com' };
    http
      .request(opened.url, { method: 'POST', headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
      .on('error', reject)
      .end(JSON.stringify(initialize));
  });
  assert.equal(status, 403);
  assert.equal(opened.hub.sessions.length, 0);
});

test('what is no message of MCP is answered with an error, and nothing is begun', async (t) => {
  const { post, hub, url } = await openedFront(t);
  const cases: readonly (readonly [
    body: unknown,
    headers: Record<string, string>,
    status: number,
    code: number,
  ])[] = [
    ['{"jsonrpc":', {}, 400, -32_700],
    ['', {}, 400, -32_700],
    [[initialize], {}, 400, -32_600],
    ['[]', {}, 400, -32_600],
    ['3', {}, 400, -32_600],
    [{ ...initialize, jsonrpc: '1.0' }, {}, 400, -32_600],
    [{ ...initialize, id: null }, {}, 400, -32_600],
    [initialize, { 'Content-Type': 'text/plain' }, 415, -32_000],
    [initialize, { 'Content-Type': 'text/plain; application/json' }, 415, -32_000],
    [initialize, { Accept: 'application/json' }, 406, -32_000],
    [{ jsonrpc: '2.0', id: 5, method: 'tools/list' }, {}, 400, -32_000],
    [{ jsonrpc: '2.0', id: 5, method: 'tools/list' }, { 'Mcp-Session-Id': 'x' }, 404, -32_001],
  ];
  for (const [body, headers, status, code] of cases) {
    const response = await post(body, headers);
    assert.deepEqual([response.status, (await errorIn(response)).code], [status, code], JSON.stringify(body));
  }
  assert.equal((await fetch(url, { headers: usual, method: 'PUT' })).status, 405);
  assert.equal((await fetch(url.replace('/mcp', '/other'), { headers: usual })).status, 404);
  assert.equal(hub.sessions.length, 0);
});

test('a body that is too large is refused, said in advance or not', async (t) => {
  const { post, url } = await openedFront(t, { limits: { maxBodyBytes: 2000 } });
  assert.equal((await post({ ...initialize, padding: 'x'.repeat(3000) })).status, 413);
  const chunks = new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(500).fill(0x20)),
  });
  const init = { method: 'POST', headers: usual, body: chunks, duplex: 'half' } as const;
  const status = await fetch(url, init).then(
    (response) => response.status,
    () => 413,
  );
  assert.equal(status, 413);
  assert.equal((await post(initialize)).status, 200);
});

test('all bodies together have a limit, too', async (t) => {
  const { post } = await openedFront(t, { limits: { maxBodiesBytes: 100 } });
  const response = await post(initialize);
  assert.deepEqual([response.status, response.headers.get('retry-after')], [503, '5']);
});

test('who sends the head of a request byte by byte is cut off', async (t) => {
  const { url } = await openedFront(t, { limits: { headMs: 200, requestMs: 400 } });
  const socket = net.connect(Number(new URL(url).port), '127.0.0.1');
  const sending = setInterval(() => socket.write('x'), 50);
  socket.on('error', () => undefined);
  socket.write('POST /mcp HTTP/1.1\r\nX-');
  socket.resume();
  await new Promise((resolve) => socket.once('close', resolve));
  clearInterval(sending);
});

test('who sends a body byte by byte is cut off', async (t) => {
  const { url } = await openedFront(t, { limits: { headMs: 200, requestMs: 400 } });
  const socket = net.connect(Number(new URL(url).port), '127.0.0.1');
  const head = Object.entries({ ...usual, Host: '127.0.0.1', 'Content-Length': '1000' })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
  socket.on('error', () => undefined);
  socket.write(`POST /mcp HTTP/1.1\r\n${head}\r\n`);
  const sending = setInterval(() => socket.write(' '), 50);
  socket.resume();
  await new Promise((resolve) => socket.once('close', resolve));
  clearInterval(sending);
});

test('sessions that are opened and left are forgotten: as many stay as there is room for', async (t) => {
  let now = 0;
  const { url, hub, front } = await openedFront(t, {
    limits: { maxClients: 100, idleMs: 1000 },
    now: () => now,
  });
  const agent = new http.Agent({ keepAlive: true, maxSockets: 20 });
  t.after(() => agent.destroy());
  const open = async (): Promise<number | undefined> =>
    new Promise((resolve, reject) =>
      http
        .request(url, { method: 'POST', headers: usual, agent }, (response) =>
          response.resume().on('end', () => resolve(response.statusCode)),
        )
        .on('error', reject)
        .end(JSON.stringify(initialize)),
    );
  for (let turn = 0; turn < 10; turn++) {
    const statuses = await Promise.all(Array.from({ length: 100 }, open));
    assert.deepEqual(new Set(statuses), new Set([200]));
  }
  assert.equal(hub.sessions.length, 1000);
  assert.equal(front.clients(), 100);
  assert.equal(hub.sessions.filter(({ closed }) => !closed).length, 100);
  now = 1001;
  front.expire();
  assert.equal(front.clients(), 0);
  assert.ok(hub.sessions.every(({ closed }) => closed));
});

test('a session with a call or a listener is not forgotten; when all are busy, a new one has to wait', async (t) => {
  let now = 0;
  const opened = await openedFront(t, {
    limits: { maxClients: 2, idleMs: 1000, streamAfterMs: 5 },
    now: () => now,
  });
  const [calling, listening] = [await begun(opened), await begun(opened)];
  const call = await opened.post(
    { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'wait' } },
    calling,
  );
  const stream = await fetch(opened.url, { headers: { ...usual, ...listening } });
  now = 5000;
  opened.front.expire();
  assert.equal(opened.front.clients(), 2);
  assert.equal((await opened.post(initialize)).status, 503);
  const [first] = opened.hub.sessions;
  void first?.connection.send(textResult(2, 'done'), { about: 2 });
  assert.match(await call.text(), /done/);
  assert.equal((await opened.post(initialize)).status, 200);
  await stream.body?.cancel();
});

test('a cancelled request is over, whether its stream had begun or not, and its session not busy with it', async (t) => {
  const front = await openedFront(t, { limits: { maxClients: 1, streamAfterMs: 60_000 } });
  const headers = await begun(front);
  const call = (id: number, meta: object): object => ({
    ...{ jsonrpc: '2.0', id, method: 'tools/call' },
    params: { name: 'wait', arguments: {}, _meta: meta },
  });
  const plain = front.post(call(2, {}), headers);
  const streamed = await front.post(call(3, { progressToken: 1 }), headers);
  assert.equal(streamed.headers.get('content-type'), 'text/event-stream');
  const came = (): number => front.hub.sessions[0]?.delivered.length ?? 0;
  while (came() < 3) await sleep(5); // both, behind initialize
  for (const requestId of [2, 3, 4, 'x', null]) {
    const cancelled = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId } };
    assert.equal((await front.post(cancelled, headers)).status, 202);
  }
  assert.match(await (await plain).text(), /"id":2,"error":\{"code":-32800/);
  assert.match(await streamed.text(), /notifications\/progress[^]*"id":3,"error":\{"code":-32800/);
  await begun(front);
  assert.equal(front.front.clients(), 1, 'the next client has taken its place');
});

test('a client that goes away in mid-call and never comes back is forgotten, one that waits for long is not', async (t) => {
  let now = 0;
  const { url, post, hub, front } = await openedFront(t, {
    limits: { idleMs: 1000, streamAfterMs: 5 },
    now: () => now,
  });
  const call = { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'wait' } };
  const waits = await post(call, await begun({ post }));
  const gone = new AbortController();
  const init = { method: 'POST', body: JSON.stringify(call), signal: gone.signal };
  await fetch(url, { ...init, headers: { ...usual, ...(await begun({ post })) } });
  now = 5000;
  front.expire();
  assert.equal(front.clients(), 2, 'both are connected');
  gone.abort();
  while (!(hub.sessions[1]?.closed ?? true)) {
    now += 1001;
    front.expire();
    await sleep(5); // until the connection is seen to be closed
  }
  assert.deepEqual([front.clients(), hub.sessions[0]?.closed], [1, false]);
  void hub.sessions[0]?.connection.send(textResult(2, 'late'), { about: 2 });
  assert.match(await waits.text(), /late/);
});

test('a session that ends answers what is open with an error, as a stream or not, and so does the end of serve', async (t) => {
  const front = await openedFront(t, { limits: { streamAfterMs: 60_000 } });
  const call = (id: number, meta: object): object => ({
    ...{ jsonrpc: '2.0', id, method: 'tools/call' },
    params: { name: 'wait', arguments: {}, _meta: meta },
  });
  const ends = [
    async (headers: Readonly<Record<string, string>>) =>
      void (await fetch(front.url, { method: 'DELETE', headers: { ...usual, ...headers } })),
    async () => front.front.close(),
  ];
  const modern = stateless('tools/call', { name: 'wait' }, 4);
  for (const [index, end] of ends.entries()) {
    const headers = await begun(front);
    const plain = front.post(call(2, {}), headers);
    const streamed = await front.post(call(3, { progressToken: 1 }), headers);
    const alone = index === 1 ? front.post(modern.body, modern.headers) : undefined;
    const came = (): number => front.hub.sessions.flatMap(({ delivered }) => delivered).length;
    while (came() < (index === 0 ? 3 : 7)) await sleep(5);
    await end(headers);
    assert.match(await (await plain).text(), /"id":2,"error":.*the session has ended/);
    assert.match(await streamed.text(), /"id":3,"error":.*the session has ended/);
    if (alone !== undefined)
      assert.match(await (await alone).text(), /"id":4,"error":.*the session has ended/);
  }
});

test('DELETE ends a session, and what comes after it finds none', async (t) => {
  const opened = await openedFront(t);
  const session = await begun(opened);
  const remove = async (): Promise<number> =>
    (await fetch(opened.url, { method: 'DELETE', headers: { ...usual, ...session } })).status;
  assert.deepEqual([await remove(), await remove()], [200, 404]);
  assert.equal(opened.hub.sessions[0]?.closed, true);
  assert.equal((await opened.post({ jsonrpc: '2.0', id: 2, method: 'tools/list' }, session)).status, 404);
});

test('in a session a revision that nobody knows, and an id that is open, are refused', async (t) => {
  const opened = await openedFront(t, { limits: { streamAfterMs: 5 } });
  const session = await begun(opened);
  const list = { jsonrpc: '2.0', id: 2, method: 'tools/list' };
  const strange = await opened.post(list, { ...session, 'MCP-Protocol-Version': '1900-01-01' });
  assert.equal(strange.status, 400);
  const wait = { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'wait' } };
  const open = await opened.post(wait, session);
  const same = await opened.post(list, session);
  assert.deepEqual([same.status, (await errorIn(same)).id], [400, 2]);
  await open.body?.cancel();
});

test('notifications and answers are taken with 202', async (t) => {
  const opened = await openedFront(t);
  const session = await begun(opened);
  for (const body of [
    { jsonrpc: '2.0', method: 'notifications/initialized' },
    { jsonrpc: '2.0', id: 9, result: {} },
  ])
    assert.equal((await opened.post(body, session)).status, 202);
  assert.deepEqual(
    opened.hub.sessions[0]?.delivered.map(({ kind }) => kind),
    ['request', 'notification', 'result'],
  );
});

test('a port that is taken is said, and closing twice is no fault', async (t) => {
  const { url } = await openedFront(t);
  const address = { host: '127.0.0.1', port: Number(new URL(url).port) };
  await assert.rejects(
    openHttpFront({ hub: scriptedHub(), address, token }),
    refused('io-failed', /can't listen on 127\.0\.0\.1:\d+ .*EADDRINUSE/),
  );
});

test('a request without any session works in the revision that has none, and GET does not', async (t) => {
  const { post, url } = await openedFront(t);
  const { body, headers } = stateless('tools/list');
  const response = await post(body, headers);
  assert.deepEqual([response.status, response.headers.get('mcp-session-id')], [200, null]);
  const get = await fetch(url, { headers: { ...usual, 'MCP-Protocol-Version': '2026-07-28' } });
  assert.deepEqual([get.status, get.headers.get('allow')], [405, 'POST']);
});

import assert from 'node:assert/strict';
import { createServer, type AddressInfo } from 'node:net';
import { createServer as createHttpServer } from 'node:http';
import { test } from 'node:test';
import { McpcatError } from '../../src/lib/errors.ts';
import { eventually } from '../rig/engine.ts';
import {
  answer,
  bridged,
  events,
  hello,
  initialized,
  inSession,
  json,
  ping,
  rig,
  type Message,
} from './rig.ts';

const timeout = 60_000;
const noStream = (): void => undefined;

test(
  'a session: its id and revision go with every request, and it is closed at the end',
  { timeout },
  async () => {
    await using it = await rig(
      inSession((seen, response) => {
        if (seen.method === 'GET') return void response.writeHead(405).end();
        answer(response, seen, { pong: true });
      }),
    );
    it.send(hello, initialized, ping('a'));
    it.input.end();
    await it.running;
    assert.deepEqual(
      it.lines.map((line) => (JSON.parse(line) as Message).id),
      [1, 'a'],
    );
    const said = it.seen
      .map(({ method, message }) => message?.method ?? method)
      .filter((what) => what !== 'GET');
    assert.deepEqual(said, ['initialize', 'notifications/initialized', 'ping', 'DELETE']);
    const [first, ...others] = it.seen;
    assert.equal(first?.headers['mcp-session-id'], undefined);
    assert.equal(first?.headers['mcp-protocol-version'], undefined);
    assert.equal(first?.headers.accept, 'application/json, text/event-stream');
    for (const { headers } of others)
      assert.deepEqual([headers['mcp-session-id'], headers['mcp-protocol-version']], ['s-1', '2025-06-18']);
    assert.deepEqual(it.notes, []);
  },
);

test('everything sent at once and the input closed: every request is answered', { timeout }, async () => {
  await using it = await rig(
    inSession((seen, response) => {
      if (seen.method === 'GET') return void response.writeHead(405).end();
      answer(response, seen);
    }),
  );
  const ids = Array.from({ length: 300 }, (_, index) => index + 2);
  it.send(hello, initialized, ...ids.map(ping));
  it.input.end();
  await it.running;
  const answered = it.lines.map((line) => Number((JSON.parse(line) as Message).id));
  assert.deepEqual(
    answered.toSorted((a, b) => a - b),
    [1, ...ids],
  );
});

test('a notification is accepted before what follows it is sent', { timeout }, async () => {
  const order: string[] = [];
  await using it = await rig(
    inSession(async (seen, response) => {
      if (seen.method === 'GET') return void response.writeHead(405).end();
      if (seen.message?.id !== undefined) {
        order.push('request');
        return answer(response, seen);
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
      order.push('notification');
      response.writeHead(202).end();
    }),
  );
  it.send(hello, initialized, { jsonrpc: '2.0', method: 'notifications/roots/list_changed' }, ping(2));
  await it.received(({ id }) => id === 2);
  assert.deepEqual(order, ['notification', 'request']);
});

test(
  'a stream of events: notifications and requests of the server come before the answer',
  { timeout },
  async () => {
    let reply: ((data: unknown) => void) | undefined;
    let close = noStream;
    await using it = await rig(
      inSession((seen, response) => {
        if (seen.method === 'GET') return void response.writeHead(405).end();
        if (seen.message?.method === 'tools/call') {
          reply = events(response);
          close = () => void response.end();
          reply({ jsonrpc: '2.0', method: 'notifications/progress', params: { progress: 1 } });
          reply({ jsonrpc: '2.0', id: 'server-1', method: 'sampling/createMessage', params: {} });
          return;
        }
        response.writeHead(202).end();
        reply?.({ jsonrpc: '2.0', id: 2, result: { took: seen.message?.result } });
        close();
      }),
    );
    it.send(hello, initialized, { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'x' } });
    await it.received(({ method }) => method === 'sampling/createMessage');
    it.send({ jsonrpc: '2.0', id: 'server-1', result: { role: 'assistant' } });
    assert.deepEqual((await it.received(({ id }) => id === 2)).result, { took: { role: 'assistant' } });
    const methods = it.lines.map((line) => (JSON.parse(line) as Message).method ?? 'answer');
    assert.deepEqual(methods, ['answer', 'notifications/progress', 'sampling/createMessage', 'answer']);
  },
);

test(
  'the standing stream brings what belongs to no request, and is taken up again where it broke',
  { timeout },
  async () => {
    let opened = 0;
    await using it = await rig(
      inSession((seen, response) => {
        assert.equal(seen.method, 'GET');
        const write = events(response);
        opened++;
        response.write('retry: 50\n\n');
        write({ jsonrpc: '2.0', method: `notifications/n${String(opened)}` }, `event-${String(opened)}`);
        if (opened === 1) setTimeout(() => response.destroy(), 100);
      }),
    );
    it.send(hello, initialized);
    await it.received(({ method }) => method === 'notifications/n2');
    const places = it.seen
      .filter(({ method }) => method === 'GET')
      .map(({ headers }) => headers['last-event-id']);
    assert.deepEqual(places, [undefined, 'event-1']);
  },
);

test('a reply that breaks off is taken up again with the id of its last event', { timeout }, async () => {
  await using it = await rig(
    inSession((seen, response) => {
      if (seen.method === 'GET' && seen.headers['last-event-id'] === undefined)
        return void response.writeHead(405).end();
      const write = events(response);
      if (seen.method === 'GET') {
        assert.equal(seen.headers['last-event-id'], 'e-7');
        write({ jsonrpc: '2.0', id: 2, result: { resumed: true } }, 'e-8');
        return void response.end();
      }
      response.write('retry: 50\n');
      write('', 'e-7');
      setTimeout(() => response.destroy(), 100);
    }),
  );
  it.send(hello, initialized, ping(2));
  assert.deepEqual((await it.received(({ id }) => id === 2)).result, { resumed: true });
});

test(
  'a reply that ends without an answer and without an id is an error, not a silence',
  { timeout },
  async () => {
    await using it = await rig(
      inSession((_, response) => {
        events(response);
        response.end();
      }),
    );
    it.send(hello, ping(2));
    const { error } = await it.received(({ id }) => id === 2);
    assert.deepEqual(
      [error?.code, error?.message],
      [-32_000, 'mcpcat: the server ended its reply without an answer'],
    );
  },
);

/** Reply of the server → what the client is told, with the id of its request. */
const failures: Readonly<
  Record<string, readonly [status: number, type: string, body: string, code: number, said: RegExp]>
> = {
  'a plain error of HTTP': [
    500,
    'text/plain',
    'out of\norder',
    -32_000,
    /^mcpcat: the server answered HTTP 500 Internal Server Error: out of order$/,
  ],
  'an error of JSON-RPC without id': [
    400,
    'application/json',
    '{"jsonrpc":"2.0","error":{"code":-32600,"message":"no"},"id":null}',
    -32_600,
    /^no$/,
  ],
  'an error of JSON-RPC in a success': [
    200,
    'application/json',
    '{"jsonrpc":"2.0","error":{"code":-32600,"message":"no"},"id":null}',
    -32_600,
    /^no$/,
  ],
  'a lost session': [
    404,
    'application/json',
    '{"jsonrpc":"2.0","error":{"code":-32001,"message":"Session not found"},"id":null}',
    -32_001,
    /ended the session.*initialize anew/,
  ],
  'a page': [
    200,
    'text/html',
    '<html>',
    -32_000,
    /HTTP 200 with text\/html; expected application\/json or text\/event-stream/,
  ],
  'an empty acceptance': [202, '', '', -32_000, /HTTP 202 with nothing/],
  'JSON that is no message': [200, 'application/json', '{"hello":"world"}', -32_000, /without an answer/],
};
for (const [what, [status, type, body, code, said]] of Object.entries(failures)) {
  test(`${what} becomes an error with the id of the request`, { timeout }, async () => {
    await using it = await rig(
      inSession(
        (_, response) =>
          void response.writeHead(status, type === '' ? {} : { 'content-type': type }).end(body),
      ),
    );
    it.send(hello, ping('that one'));
    const { error } = await it.received(({ id }) => id === 'that one');
    assert.equal(error?.code, code);
    assert.match(error.message, said);
  });
}

test('a redirection says where to', { timeout }, async () => {
  await using it = await rig((_, response) => void response.writeHead(307, { location: '/mcp/' }).end());
  it.send(ping(2));
  assert.match(
    (await it.received(({ id }) => id === 2)).error?.message ?? '',
    /HTTP 307 Temporary Redirect to \/mcp\//,
  );
});

test('a new initialize after a lost session begins a new one', { timeout }, async () => {
  let sessions = 0;
  await using it = await rig((seen, response) => {
    if (seen.message?.method !== 'initialize') return void response.writeHead(404).end();
    assert.equal(seen.headers['mcp-session-id'], undefined);
    sessions++;
    json(
      response,
      { jsonrpc: '2.0', id: seen.message.id, result: {} },
      { 'mcp-session-id': `s-${String(sessions)}` },
    );
  });
  it.send(hello, ping(2));
  assert.equal((await it.received(({ id }) => id === 2)).error?.code, -32_001);
  it.send({ ...hello, id: 3 }, ping(4));
  await it.received(({ id }) => id === 4);
  assert.equal(it.seen.at(-1)?.headers['mcp-session-id'], 's-2');
});

test('lines that are no messages are answered, and nothing is sent', { timeout }, async () => {
  await using it = await rig((seen, response) => answer(response, seen));
  it.input.write('hello\n{"jsonrpc":"2.0"}\n[]\n{"a":\n\n  \n');
  it.send(ping(2));
  await it.received(({ id }) => id === 2);
  assert.equal(it.lines.length, 6);
  assert.equal(it.seen.length, 1);
});

test(
  'a batch of an older revision is posted whole, and each of its requests answered',
  { timeout },
  async () => {
    await using it = await rig((seen, response) => {
      assert.ok(Array.isArray(seen.message));
      json(response, [
        { jsonrpc: '2.0', id: 1, result: {} },
        { jsonrpc: '2.0', id: 2, result: {} },
      ]);
    });
    it.send([ping(1), ping(2), initialized]);
    it.input.end();
    await it.running;
    assert.equal(it.lines.length, 2);
    for (const line of it.lines) assert.doesNotMatch(line, /^\[/);
  },
);

test(
  'a stateless request carries its revision, method and name in headers, and ends when it is cancelled',
  { timeout },
  async () => {
    let closed = false;
    await using it = await rig((seen, response) => {
      if (seen.message?.method === 'server/discover') return answer(response, seen);
      events(response)({ jsonrpc: '2.0', method: 'notifications/progress' });
      response.once('close', () => (closed = true));
    });
    const meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' };
    it.send({ jsonrpc: '2.0', id: 1, method: 'server/discover', params: { _meta: meta } });
    it.send({
      jsonrpc: '2.0',
      id: 2,
      method: 'tools/call',
      params: { name: 'täglich', arguments: {}, _meta: meta },
    });
    await it.received(({ method }) => method === 'notifications/progress');
    it.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 2, _meta: meta } });
    await eventually(() => Promise.resolve(closed), Boolean);
    const [discover, call] = it.seen.map(({ headers }) => headers);
    assert.deepEqual(
      [discover?.['mcp-protocol-version'], discover?.['mcp-method']],
      ['2026-07-28', 'server/discover'],
    );
    assert.deepEqual(
      [call?.['mcp-method'], call?.['mcp-name']],
      ['tools/call', `=?base64?${Buffer.from('täglich').toString('base64')}?=`],
    );
    assert.equal(it.seen.length, 2, 'no notification of HTTP: the end of the connection says it');
    assert.deepEqual(it.lines.length, 2, 'what is cancelled is not answered');
  },
);

test(
  'a cancelled request of a session is told to the server, given up a moment later, and not answered',
  { timeout },
  async () => {
    let closed = false;
    await using it = await rig(
      inSession((seen, response) => {
        if (seen.method === 'GET') return void response.writeHead(405).end();
        if (seen.message?.method === 'notifications/cancelled') return void response.writeHead(202).end();
        events(response);
        response.once('close', () => (closed = true));
      }),
    );
    it.send(hello, initialized, ping(2), {
      jsonrpc: '2.0',
      method: 'notifications/cancelled',
      params: { requestId: 2 },
    });
    await eventually(() => Promise.resolve(closed), Boolean);
    assert.deepEqual(it.seen.at(-1)?.message?.params, { requestId: 2 });
    assert.equal(it.lines.length, 1);
  },
);

test('a server that listens late is waited for', { timeout }, async () => {
  const place = createServer();
  await new Promise<void>((resolve) => place.listen(0, '127.0.0.1', resolve));
  const { port } = place.address() as AddressInfo;
  await new Promise((resolve) => place.close(resolve));
  const it = bridged(port);
  it.send(ping(1));
  await new Promise((resolve) => setTimeout(resolve, 400));
  const server = createHttpServer((_, response) => json(response, { jsonrpc: '2.0', id: 1, result: {} }));
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  await it.received(({ id }) => id === 1);
  it.input.end();
  await it.running;
  await new Promise((resolve) => server.close(resolve));
});

test('a server that never listens is given up with a reason', { timeout }, async () => {
  const it = bridged(1, 300);
  await assert.rejects(
    it.running,
    (error) =>
      error instanceof McpcatError &&
      error.code === 'timeout' &&
      /does not listen on port 1/.test(error.message),
  );
});

test('when the bridge is stopped, who waits is told why', { timeout }, async () => {
  await using it = await rig(inSession((_, response) => void events(response)));
  it.send(hello, ping(2));
  await eventually(
    () => Promise.resolve(it.seen.length),
    (count) => count === 2,
  );
  it.bridge.stop('the server has ended');
  await it.running;
  assert.equal((await it.received(({ id }) => id === 2)).error?.message, 'mcpcat: the server has ended');
});

test(
  'more requests at once than connections wait for their turn, and answers of the client pass them',
  { timeout },
  async () => {
    const waiting: (() => void)[] = [];
    await using it = await rig(
      inSession((seen, response) => {
        if (seen.method === 'GET') return void response.writeHead(405).end();
        if (seen.message?.method === undefined) {
          response.writeHead(202).end();
          for (const go of waiting.splice(0)) go();
          return;
        }
        waiting.push(() => answer(response, seen));
        if (waiting.length === 0) return;
      }),
    );
    const ids = Array.from({ length: 150 }, (_, index) => index + 2);
    it.send(hello, initialized, ...ids.map(ping));
    await eventually(
      () => Promise.resolve(waiting.length),
      (count) => count === 100,
    );
    // Cancelled while it waits: the server never hears of it.
    it.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 151 } });
    it.send({ jsonrpc: '2.0', id: 'server-1', result: {} });
    await eventually(
      () => Promise.resolve(it.lines.length),
      (count) => count === 101,
    );
    await eventually(
      () => Promise.resolve(waiting.length),
      (count) => count === 49,
    );
    it.send({ jsonrpc: '2.0', id: 'server-2', result: {} });
    await eventually(
      () => Promise.resolve(it.lines.length),
      (count) => count === 150,
    );
    assert.ok(
      it.seen.every(({ message }) => message?.id !== 151 && message?.method !== 'notifications/cancelled'),
    );
  },
);

test('a client that does not read slows the server down', { timeout }, async () => {
  let written = 0;
  await using it = await rig(
    inSession((seen, response) => {
      if (seen.method === 'GET') return void response.writeHead(405).end();
      const write = events(response);
      const text = 'x'.repeat(64 * 1024);
      const more = (): void => {
        while (!response.destroyed && !response.writableNeedDrain && written < 400) {
          write({ jsonrpc: '2.0', method: 'notifications/message', params: { text } });
          written++;
        }
        if (written < 400) response.once('drain', more);
        else {
          write({ jsonrpc: '2.0', id: 2, result: {} });
          response.end();
        }
      };
      more();
    }),
  );
  it.send(hello, initialized);
  await it.received(({ id }) => id === 1);
  it.output.pause();
  it.send(ping(2));
  await new Promise((resolve) => setTimeout(resolve, 700));
  const before = written;
  assert.ok(
    before < 300,
    `${String(before)} of 400 messages were taken of a server whose client does not read`,
  );
  it.output.resume();
  await it.received(({ id }) => id === 2);
  assert.equal(it.lines.length, 402);
});

test(
  'arguments that a tool wants in headers are repeated there, as its list of tools says',
  { timeout },
  async () => {
    await using it = await rig((seen, response) => {
      const region = { type: 'string', 'x-mcp-header': 'Region' };
      const deep = { type: 'object', properties: { count: { type: 'integer', 'x-mcp-header': 'Count' } } };
      const list = [{ type: 'string', 'x-mcp-header': 'Never' }];
      const inputSchema = { type: 'object', properties: { region, deep, other: { anyOf: list } } };
      answer(response, seen, { tools: [{ name: 'deploy', inputSchema }] });
    });
    const meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' };
    const call = {
      name: 'deploy',
      arguments: { region: 'süd', deep: { count: 3 }, other: 'x' },
      _meta: meta,
    };
    it.send({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: { _meta: meta } });
    await it.received(({ id }) => id === 1);
    it.send({ jsonrpc: '2.0', id: 2, method: 'tools/call', params: call });
    await it.received(({ id }) => id === 2);
    const headers = Object.entries(it.seen[1]?.headers ?? {}).filter(([name]) =>
      name.startsWith('mcp-param'),
    );
    assert.deepEqual(Object.fromEntries(headers), {
      'mcp-param-region': `=?base64?${Buffer.from('süd').toString('base64')}?=`,
      'mcp-param-count': '3',
    });
  },
);

import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { Api } from '../../../src/engine/kubernetes/api.ts';
import type { Pod } from '../../../src/engine/kubernetes/pod.ts';
import { podBodyOf } from '../../../src/engine/kubernetes/pod-body.ts';
import { Pods } from '../../../src/engine/kubernetes/pods.ts';
import { McpcatError } from '../../../src/lib/errors.ts';
import { settings } from './settings.ts';
import { standIn } from './stand-in.ts';

const pod: Pod = {
  ...podBodyOf(settings(), { name: 'one', namespace: 'mcpcat' }),
  status: { phase: 'Pending' },
};
const runs: Pod = {
  ...pod,
  status: { phase: 'Running', containerStatuses: [{ name: 'server', state: { running: {} } }] },
};

/** Beginnings of a watch that nobody can read on, and a connection that is cut within a line. */
const broken: Readonly<Record<string, (response: ServerResponse) => void>> = {
  'a line that is no JSON': (response) => void response.end('<html>gateway timeout</html>\n'),
  'half a line': (response) => void response.end('{"type":"MODIFIED","object":{"metadata"'),
  'a line that is a number': (response) => void response.end('7\n'),
  'a list': (response) => void response.end('[]\n'),
  null: (response) => void response.end('null\n'),
  'an event without an object': (response) => void response.end('{"type":"ERROR"}\n'),
  nothing: (response) => void response.end(),
};

for (const [what, answer] of Object.entries(broken))
  test(`${what} in a watch ends it, and another one is begun`, async () => {
    let watches = 0;
    await using there = await standIn({
      onRequest: (request, response) => {
        if (!(request.url ?? '').includes('watch=true')) return void response.end(JSON.stringify(pod));
        watches++;
        if (watches === 1) return answer(response);
        response.end(`${JSON.stringify({ type: 'MODIFIED', object: runs })}\n`);
      },
    });
    const found = await new Pods(there.api, 'mcpcat').running(pod);
    assert.deepEqual([found.status?.phase, watches], ['Running', 2]);
  });

test('an answer that is no JSON is an error, and no empty list', async () => {
  await using there = await standIn({ onRequest: (_request, response) => void response.end('<html>') });
  const pods = new Pods(there.api, 'mcpcat');
  await assert.rejects(pods.list(), { name: 'McpcatError', code: 'engine-failed' });
  await assert.rejects(pods.find('one'), { name: 'McpcatError', code: 'engine-failed' });
});

test('a watch whose connection is cut is a coded error', async () => {
  await using there = await standIn({
    onRequest: (_request, response) => {
      response.write('{"type":');
      response.destroy();
    },
  });
  await assert.rejects(new Pods(there.api, 'mcpcat').running(pod), {
    name: 'McpcatError',
    code: 'engine-gone',
  });
});

test('a question over an idle connection that is just being closed is asked once more, a creation never', async () => {
  const methods: string[] = [];
  await using there = await standIn({
    onRequest: (request, response) => {
      methods.push(request.method ?? '');
      // The second one, over the connection of the first, meets its end.
      if (methods.length === 2) request.socket.destroy();
      else response.end('{"items":[]}');
    },
  });
  const pods = new Pods(there.api, 'mcpcat');
  await pods.list();
  await setImmediate(); // the connection is idle
  assert.deepEqual(await pods.list(), []);
  assert.deepEqual(methods, ['GET', 'GET', 'GET']);
  methods.length = 1;
  await setImmediate();
  await assert.rejects(pods.create(pod), { name: 'McpcatError', code: 'engine-gone' });
  assert.deepEqual(methods, ['GET', 'POST']);
});

const asked = { verbs: ['list'], resource: 'pods' };

test('an answer that breaks in the middle is an error, and nothing is asked once more', async (context) => {
  const event = '{"type":"ADDED","object":{"metadata":{}}}\n';
  await using there = await standIn({
    onRequest: ({ url }, response) => {
      if (url === '/watched') response.write(event);
      else response.end('{}');
    },
  });
  await there.api.ask({ method: 'GET', path: '/', asked });
  await setImmediate(); // the connection is idle
  let requests = 0;
  const count = (): void => void requests++;
  subscribe('http.client.request.start', count);
  context.after(() => unsubscribe('http.client.request.start', count));
  const { signal } = new AbortController();
  await assert.rejects(
    async () => {
      // The head has been read when the connection is reset.
      for await (const _ of there.api.watch({ path: '/watched', asked }, signal)) there.reset();
    },
    { name: 'McpcatError', code: 'engine-gone' },
  );
  assert.equal(requests, 1);
});

const forbidden: Readonly<Record<string, readonly [details: object, hint: RegExp]>> = {
  'pods is forbidden: User "jane" cannot create resource "pods"': [{ kind: 'pods' }, /^a Role of namespace/],
  'pods "one" is forbidden: exceeded quota: small': [
    { name: 'one', kind: 'pods' },
    /^you may, and a rule of/,
  ],
};
for (const [message, [details, hint]] of Object.entries(forbidden))
  test(`what is not admitted is told apart from what you may not: ${message}`, async () => {
    await using there = await standIn({
      onRequest: (_request, response) =>
        void response.writeHead(403).end(JSON.stringify({ kind: 'Status', message, details })),
    });
    await assert.rejects(new Pods(there.api, 'mcpcat').create(pod), { code: 'engine-denied', hint });
  });

test('the time for an answer begins when it is asked for, however long an exec plugin has taken', async (context) => {
  const order: string[] = [];
  const { signal } = new AbortController();
  await using there = await standIn({ onRequest: (_request, response) => void response.end('{}') });
  context.mock.method(AbortSignal, 'timeout', () => {
    order.push('answer');
    return signal;
  });
  const { url, ca } = there.server;
  const credentials = async (): Promise<object> => {
    await setImmediate();
    order.push('credentials');
    return {};
  };
  const api = new Api({ server: { url, ca, serverName: 'test' }, credentials });
  await api.ask({ method: 'GET', path: '/', asked });
  api.close();
  assert.deepEqual(order, ['credentials', 'answer']);
});

test('a token that a file has got anew meanwhile is tried where the one before was not taken', async () => {
  const tokens: (string | undefined)[] = [];
  await using there = await standIn({
    onRequest: ({ headers }, response) => {
      tokens.push(headers.authorization);
      response.writeHead(headers.authorization === 'Bearer 2' ? 200 : 401).end('{}');
    },
  });
  let read = 0;
  const { url, ca } = there.server;
  const renewed = new Api({
    server: { url, ca, serverName: 'test' },
    credentials: () => Promise.resolve({ token: String(++read) }),
  });
  await renewed.ask({ method: 'GET', path: '/', asked });
  renewed.close();
  assert.deepEqual(tokens, ['Bearer 1', 'Bearer 2']);
});

test('an exec plugin that failed is what is told, however long it took', async (context) => {
  context.mock.method(AbortSignal, 'timeout', () => AbortSignal.abort());
  const api = new Api({
    server: { url: new URL('https://127.0.0.1:1'), ca: undefined, serverName: undefined },
    credentials: () => Promise.reject(new McpcatError('engine-denied', 'it wants a login')),
  });
  await assert.rejects(api.ask({ method: 'GET', path: '/', asked }), {
    code: 'engine-denied',
    message: 'it wants a login',
  });
});

import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { Pod } from '../../../src/engine/kubernetes/pod.ts';
import { podBodyOf } from '../../../src/engine/kubernetes/pod-body.ts';
import { Pods } from '../../../src/engine/kubernetes/pods.ts';
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
  const asked: string[] = [];
  await using there = await standIn({
    onRequest: (request, response) => {
      asked.push(request.method ?? '');
      // The second one, over the connection of the first, meets its end.
      if (asked.length === 2) request.socket.destroy();
      else response.end('{"items":[]}');
    },
  });
  const pods = new Pods(there.api, 'mcpcat');
  await pods.list();
  await setImmediate(); // the connection is idle
  assert.deepEqual(await pods.list(), []);
  assert.deepEqual(asked, ['GET', 'GET', 'GET']);
  asked.length = 1;
  await setImmediate();
  await assert.rejects(pods.create(pod), { name: 'McpcatError', code: 'engine-gone' });
  assert.deepEqual(asked, ['GET', 'POST']);
});

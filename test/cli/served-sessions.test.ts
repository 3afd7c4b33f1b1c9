/** How `ps` and `stop` join what the engine shows with what each `serve` says. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sleeping, withServed } from '../../src/cli/execute/served-sessions.ts';
import type { SessionFacts } from '../../src/launch/sessions.ts';
import type { ServeProcess } from '../../src/serve-control/served-now.ts';

function container(server: string, session: string, own = true): SessionFacts {
  const unknown = { role: 'run', client: '', project: '', image: '', isolation: '', lacking: '' };
  const age = { created: new Date(0).toISOString(), ageSeconds: 1 };
  return { id: `id-${session}`, server, session, state: 'running', own, ...unknown, ...age };
}

const slept: string[] = [];
const serving: ServeProcess = {
  pid: 7,
  servers: [
    { server: 'time', session: 'a', state: 'idle', sinceMs: 0, calls: 3 },
    { server: 'memory', session: undefined, state: 'asleep', sinceMs: 0, calls: 1 },
  ],
  sleep: async (server, session) => {
    slept.push(`${server}/${session}`);
    return Promise.resolve(true);
  },
};

test('a container of a serve has its state and calls, a server without one its own line, others stay as they are', () => {
  const found = withServed(
    [container('time', 'a'), container('time', 'b'), container('time', 'a', false)],
    [serving],
  );
  const shown = found.map(({ id, server, served }) => [id, server, served?.state, served?.calls]);
  assert.deepEqual(shown, [
    ['id-a', 'time', 'idle', 3],
    ['id-b', 'time', undefined, undefined],
    ['id-a', 'time', undefined, undefined],
    ['', 'memory', 'asleep', 1],
  ]);
});

test('only the serve that has a container is asked, for that server of that session', async () => {
  const sleep = sleeping([serving]);
  assert.equal(await sleep(container('time', 'a')), true);
  assert.equal(await sleep(container('time', 'b')), false);
  assert.equal(await sleep(container('memory', 'a')), false);
  assert.deepEqual(slept, ['time/a']);
});

/** `mcpcat run` through a real API server, and what is left when something of it is gone. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Talk } from '../rig/talk.ts';
import { namespace } from './rig/cluster.ts';
import { launching } from './rig/launching.ts';
import { permitted } from './rig/permitted.ts';
import { until } from './rig/until.ts';

const { opened, cluster, launches } = await launching();

const echo = { message: 'over the API server' };
const answer = { content: [{ type: 'text', text: 'Echo: over the API server' }] };

test('a handshake and a tool call; the node stores nothing of it, and the end of the input ends it', async () => {
  const session = await launches.talk();
  assert.deepEqual(await session.call('echo', echo), answer);
  const [pod = '', ...more] = await launches.pods();
  assert.deepEqual(more, []);
  assert.equal((await cluster.kubectl(['logs', pod, '-n', namespace])).stdout, '');
  await session.close();
  await launches.noServer();
  await launches.noPod();
});

test('a client certificate opens a session as a token does', async () => {
  const session = await launches.talk('admin', 'certificate');
  assert.deepEqual(await session.call('echo', echo), answer);
  await session.close();
  await launches.noPod();
});

test('a launcher that was killed leaves no server, and the next start takes its pod away', async () => {
  const session = await launches.talk();
  const [left = ''] = await launches.pods();
  await session.kill();
  await launches.noServer();
  const next = await launches.talk();
  const reaped = async (): Promise<boolean> => !(await launches.pods()).includes(left);
  await until('the pod of the killed launcher is gone', reaped, { withinMs: 40_000 });
  await next.close();
  await launches.noPod();
});

test('whoever may nothing is told what is missing, before any pod exists', async () => {
  const { code, stderr } = await launches.run('user');
  assert.equal(code, 3, stderr);
  assert.match(stderr, /pods/);
  assert.deepEqual(await launches.pods(), []);
});

test('the right to create a session is not enough: it says that get is missing too', async () => {
  const exec = { apiGroups: [''], resources: ['pods/exec'], verbs: ['create'] };
  const rules = (exported: readonly object[]): readonly object[] => [...exported.slice(0, 1), exec];
  opened.defer(await permitted(cluster, 'reader', { name: 'create-alone', rules }));
  const { code, stderr } = await launches.run('reader');
  assert.equal(code, 3, stderr);
  assert.match(stderr, /pods\/exec/);
  assert.match(stderr, /get/);
  await launches.noPod();
});

test('the exported role is enough for a session', async () => {
  opened.defer(await permitted(cluster, 'user', { name: 'exported' }));
  const session = await launches.talk('user');
  assert.deepEqual(await session.call('echo', echo), answer);
  await session.close();
  await launches.noPod();
});

test('twenty sessions at once, each with its own server', async () => {
  const sessions: Talk[] = [];
  // All are open at once; five start at a time, for the launchers share this machine with the node.
  while (sessions.length < 20)
    sessions.push(...(await Promise.all(Array.from({ length: 5 }, async () => launches.talk()))));
  assert.equal((await launches.servers()).length, 20);
  const answers = await Promise.all(sessions.map(async (session) => session.call('echo', echo)));
  assert.deepEqual(
    answers,
    Array.from({ length: 20 }, () => answer),
  );
  await Promise.all(sessions.map(async (session) => session.close()));
  await launches.noServer();
  await launches.noPod();
});

test('with the API server gone every session ends, and the next start finds the way and clears up', async () => {
  const session = await launches.talk();
  const pending = session.call('trigger-long-running-operation', { duration: 60, steps: 2 });
  const failed = assert.rejects(pending, /mcpcat run has ended/);
  await cluster.controlPlane.killApiServer();
  await launches.noServer();
  await failed;
  await cluster.controlPlane.startApiServer();
  const next = await launches.talk();
  assert.deepEqual(await next.call('echo', echo), answer);
  await next.close();
  await launches.noPod();
});

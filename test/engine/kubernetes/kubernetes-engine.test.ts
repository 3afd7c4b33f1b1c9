import assert from 'node:assert/strict';
import { test } from 'node:test';
import { text } from 'node:stream/consumers';
import { fakeNamespace, ofPods, type Chosen } from './fake-namespace.ts';
import { settings } from './settings.ts';
import { channelMessage, status } from './stand-in.ts';

test('a session that is over is forgotten with its pod, however many there were', async () => {
  await using there = await fakeNamespace({
    onStream: (socket) => {
      socket.send(channelMessage(1, 'hello'));
      socket.send(status(0));
      socket.close();
    },
  });
  const { engine, sessions } = there;
  for (const name of ['one', 'two', 'three']) {
    const id = await engine.createContainer({ ...settings(), name });
    assert.equal(sessions.size, 1);
    const ended = engine.waitContainer(id, 'next-exit');
    const { stdout } = await engine.attachContainer(id);
    await engine.startContainer(id);
    assert.equal(await text(stdout), 'hello');
    assert.deepEqual(await ended, { exitCode: 0 });
    await engine.removeContainer(id);
    assert.equal(sessions.size, 0);
  }
  await assert.rejects(engine.attachContainer('one'), { name: 'McpcatError', code: 'engine-unfit' });
});

test('a session whose server could not be started ends when its pod is taken away', async () => {
  await using there = await fakeNamespace({ onStream: (socket) => socket.terminate() });
  const { engine, objects } = there;
  const id = await engine.createContainer({ ...settings(), name: 'one' });
  const ended = engine.waitContainer(id, 'next-exit');
  const attachment = await engine.attachContainer(id);
  attachment.stdout.resume();
  await engine.removeContainer(id);
  assert.deepEqual(await ended, { exitCode: 137 });
  assert.equal(objects.size, 0);
});

test('a pod that the API server could not be asked to remove is removed later', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let isAway = false;
  await using there = await fakeNamespace({
    onRequest: ({ method }, response) => {
      if (!isAway || method !== 'DELETE') return false;
      response.writeHead(503).end('{}');
      return true;
    },
  });
  const { engine, objects } = there;
  const id = await engine.createContainer({ ...settings(), name: 'one' });
  isAway = true;
  await assert.rejects(engine.removeContainer(id), { code: 'engine-failed' });
  assert.deepEqual([...objects.keys()], ['pods/one']);
  t.mock.timers.tick(1000);
  isAway = false;
  t.mock.timers.reset();
  const gone = engine.waitContainer(id, 'removed');
  assert.deepEqual(await gone, { exitCode: 137 });
  assert.deepEqual([...objects.keys()], []);
});

test('a session is forgotten also where its pod could not be removed', async () => {
  await using there = await fakeNamespace({
    onRequest: ({ method }, response) => {
      if (method !== 'DELETE') return false;
      response.writeHead(403).end('{}');
      return true;
    },
  });
  const { engine, sessions } = there;
  const id = await engine.createContainer({ ...settings(), name: 'one' });
  const ended = engine.waitContainer(id, 'next-exit');
  const { stdout } = await engine.attachContainer(id);
  await assert.rejects(engine.removeContainer(id), { name: 'McpcatError', code: 'engine-denied' });
  assert.equal(sessions.size, 0);
  assert.equal(await text(stdout), '');
  assert.deepEqual(await ended, { exitCode: 137 });
});

test('a server is started by a process 1 that holds its limits', async () => {
  const commands: string[][] = [];
  await using there = await fakeNamespace({
    onStream: (socket, { url }) => {
      commands.push(new URL(url ?? '', 'https://test').searchParams.getAll('command'));
      socket.send(status(0));
      socket.close();
    },
  });
  const { engine } = there;
  const id = await engine.createContainer({ ...settings(), name: 'one' });
  const ended = engine.waitContainer(id, 'next-exit');
  (await engine.attachContainer(id)).stdout.resume();
  await engine.startContainer(id);
  await ended;
  const limits = ['limit', 'nofile=4096', 'nproc=16384'];
  assert.deepEqual(commands, [['/mcpcat-init', ...limits, '--', '/usr/bin/node', '/app/index.js']]);
});

const endedWith = (exitCode: number): NonNullable<Chosen['admitted']> =>
  ofPods({
    phase: 'Failed',
    containerStatuses: [{ name: 'server', state: { terminated: { exitCode, message: 'its words' } } }],
  });

test('an image whose process 1 is older is refused, with what to do, and nothing is left', async () => {
  await using there = await fakeNamespace({ admitted: endedWith(2) });
  await assert.rejects(there.engine.createContainer({ ...settings(), name: 'one' }), {
    name: 'McpcatError',
    code: 'engine-unfit',
    message: /^the image ghcr\.io\/mcpcat\/sample@sha256:a+ has an older process 1/,
    hint: /build it anew/,
  });
  assert.equal(there.objects.size, 0);
});

test('a pod that ends before it runs says with what, and where to read more', async () => {
  await using there = await fakeNamespace({ admitted: endedWith(125) });
  await assert.rejects(there.engine.createContainer({ ...settings(), name: 'one' }), {
    code: 'engine-failed',
    message: 'the pod one does not run: process 1 ended with 125 its words',
    hint: /kubectl get events -n mcpcat --field-selector involvedObject\.name=one$/,
  });
});

test('a handoff that does not arrive leaves no pod that waits for it', async () => {
  await using there = await fakeNamespace({ onStream: (socket) => socket.terminate() });
  const { parked } = settings();
  assert.ok(parked);
  const input = 'MCPCAT1 0\n';
  await assert.rejects(there.engine.createContainer({ ...settings(), parked: { ...parked, input } }), {
    code: 'engine-gone',
    message: /was not handed over/,
  });
  assert.equal(there.objects.size, 0);
});

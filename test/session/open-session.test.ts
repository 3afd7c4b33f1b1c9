import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { text } from 'node:stream/consumers';
import { containerLabels, label } from '../../src/lib/labels.ts';
import { McpcatError } from '../../src/lib/errors.ts';
import { ownerText, thisOwner } from '../../src/sandbox/owner.ts';
import type { SessionRequest, ServerEnd } from '../../src/session/session.ts';
import {
  endsWithInput,
  engineWith,
  fakeImage,
  ignoresEverything,
  plainSandbox,
  runningOn,
  sessionOn,
} from '../rig/session.ts';

/** One turn of the loop, in which an engine that answers at once has answered. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function errorOf(end: ServerEnd): unknown {
  assert.equal(end.kind, 'failed');
  return end.kind === 'failed' ? end.error : undefined;
}

test('bytes pass in both directions, the end of input is a half-close, and its end is the server’s own', async () => {
  const engine = engineWith();
  const session = sessionOn(engine);
  const { send, received, id } = await runningOn(session);
  assert.equal(id, engine.only.id);
  const answer = text(received);
  send.end('héllo');
  assert.equal(await answer, 'héllo');
  assert.deepEqual(await session.ended, { kind: 'exited', exitCode: 0 });
  assert.deepEqual(await session.close(), { left: undefined });
  assert.equal(engine.containers.size, 0);
});

test('the start is asked for in one order: create, wait, attach, read back, and start when the engine watches', async () => {
  const engine = engineWith();
  const session = sessionOn(engine);
  await runningOn(session);
  const methods = engine.calls.map(({ method }) => method);
  assert.deepEqual(methods.slice(0, 5), [
    'createContainer',
    'waitContainer',
    'attachContainer',
    'inspectContainer',
    'startContainer',
  ]);
  await session.close();
});

test('a container is not started before its end would be seen', async () => {
  const engine = engineWith();
  engine.hold('waitContainer');
  const session = sessionOn(engine);
  const wait = await engine.next('waitContainer');
  await turn();
  await turn();
  assert.equal(engine.only.state, 'created');
  engine.letPass('waitContainer');
  await wait.perform();
  await runningOn(session);
  assert.equal(engine.only.state, 'running');
  void wait.release();
  await session.close();
});

test('the container says who owns it, and holds a lease', async () => {
  const engine = engineWith();
  const session = sessionOn(engine, { labels: { [label.owner]: 'somebody else', a: 'b' } });
  await runningOn(session);
  const { labels, env, autoRemove } = engine.only.settings;
  assert.deepEqual(labels, containerLabels({ [label.owner]: ownerText(thisOwner()), a: 'b' }));
  assert.deepEqual([env['MCPCAT_LEASE'], autoRemove], ['1', true]);
  await session.close();
});

test('secrets come first on the input, and stand in no setting', async () => {
  const engine = engineWith();
  const sandbox = { ...plainSandbox, secrets: { TOKEN: 's3cret' } };
  const session = sessionOn(engine, { sandbox });
  const { send, received } = await runningOn(session);
  const all = text(received);
  send.end('first words');
  assert.equal(await all, 'MCPCAT1 13\nTOKEN=s3cret\0first words');
  assert.doesNotMatch(
    JSON.stringify(engine.calls.find(({ method }) => method === 'createContainer')),
    /s3cret/,
  );
  await session.close();
});

test('an image that is not there is asked for until there is one', async () => {
  const engine = engineWith();
  const asked: string[] = [];
  const onMissing: SessionRequest['onMissing'] = (image) => {
    asked.push(image);
    return Promise.resolve(asked.length === 1 ? 'mcpcat/other:local' : fakeImage);
  };
  const session = sessionOn(engine, { image: 'mcpcat/first:local', onMissing });
  await runningOn(session);
  assert.deepEqual(asked, ['mcpcat/first:local', 'mcpcat/other:local']);
  await session.close();
});

test('where there is no other image the end says that it is missing', async () => {
  const session = sessionOn(engineWith(), { image: 'none', onMissing: () => Promise.resolve(undefined) });
  assert.equal(await session.opened, undefined);
  const error = errorOf(await session.ended);
  assert.ok(error instanceof McpcatError && error.code === 'image-missing');
  assert.deepEqual(await session.close(), { left: undefined });
});

test('an image that can’t be had is said as it was told', async () => {
  const broken = new McpcatError('registry-failed', 'no such thing');
  const session = sessionOn(engineWith(), { image: 'none', onMissing: () => Promise.reject(broken) });
  assert.equal(errorOf(await session.ended), broken);
});

test('who stops while an image is on its way ends the pull, and nothing is made', async () => {
  const engine = engineWith();
  const pulling = Promise.withResolvers<AbortSignal>();
  const onMissing: SessionRequest['onMissing'] = (_, signal) => {
    pulling.resolve(signal);
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('aborted')));
    });
  };
  const session = sessionOn(engine, { image: 'none', onMissing });
  assert.equal((await pulling.promise).aborted, false);
  session.stop('terminate');
  assert.equal(await session.opened, undefined);
  assert.deepEqual(await session.ended, { kind: 'stopped', exitCode: 143 });
  assert.equal(engine.containers.size, 0);
});

for (const urgency of ['input-ended', 'terminate', 'kill'] as const) {
  test(`what is stopped (${urgency}) before it was made is never started, and removed`, async () => {
    const engine = engineWith();
    engine.hold('createContainer');
    const session = sessionOn(engine);
    const create = await engine.next('createContainer');
    session.stop(urgency);
    await create.release();
    assert.equal(await session.opened, undefined);
    assert.deepEqual(await session.ended, { kind: 'stopped', exitCode: 143 });
    assert.deepEqual(await session.close(), { left: undefined });
    assert.equal(engine.containers.size, 0);
    assert.ok(!engine.calls.some(({ method }) => method === 'startContainer'));
  });
}

for (const method of ['createContainer', 'attachContainer', 'startContainer'] as const) {
  test(`an engine that refuses ${method} is heard, and nothing is left`, async () => {
    const engine = engineWith();
    engine.hold(method);
    const session = sessionOn(engine);
    const call = await engine.next(method);
    const refusal = new McpcatError('engine-failed', 'no room');
    call.fail(refusal);
    assert.equal(errorOf(await session.ended), refusal);
    await session.started;
    assert.deepEqual(await session.close(), { left: undefined });
    assert.equal(engine.containers.size, 0);
  });

  test(`an engine that never answers ${method} is not waited for without end`, async () => {
    const engine = engineWith();
    engine.hold(method);
    const timeouts = { createMs: 1, attachMs: 1, startMs: 1, confirmMs: 1 };
    const session = sessionOn(engine, { timeouts });
    const error = errorOf(await session.ended);
    assert.ok(error instanceof McpcatError && error.code === 'timeout', String(error));
    await session.close();
  });
}

test('an end that is told before the answer to the start is no success if the start has failed', async () => {
  const engine = engineWith();
  engine.hold('startContainer');
  const session = sessionOn(engine);
  const start = await engine.next('startContainer');
  await start.perform();
  engine.only.exit(127);
  await turn();
  const refusal = new McpcatError('engine-failed', 'exec: no such file');
  start.fail(refusal);
  assert.equal(errorOf(await session.ended), refusal);
  await session.close();
});

test('a server that ends by itself gives its exit code', async () => {
  const engine = engineWith((container) => container.exit(7));
  const session = sessionOn(engine);
  assert.deepEqual(await session.ended, { kind: 'exited', exitCode: 7 });
  await session.close();
});

test('the container of a test stays until it is closed', async () => {
  const engine = engineWith((container) => container.exit(7));
  const session = sessionOn(engine, { removal: 'at-close' });
  await session.ended;
  assert.equal(engine.only.state, 'exited');
  await session.close();
  assert.equal(engine.containers.size, 0);
});

test('a server that does not end with its input gets SIGTERM, and then no more time', async () => {
  const engine = engineWith(ignoresEverything);
  const session = sessionOn(engine, { timeouts: { afterInputEndMs: 1 } });
  const { send } = await runningOn(session);
  const { only: container } = engine;
  send.end();
  session.stop('input-ended');
  assert.deepEqual(await session.ended, { kind: 'stopped', exitCode: 137 });
  assert.deepEqual(container.signals, ['SIGTERM']);
  await session.close();
  assert.equal(engine.containers.size, 0);
});

test('terminate is a signal, and what ends by it keeps its exit code', async () => {
  const engine = engineWith((container) => {
    container.onSignal = () => container.exit(5);
  });
  const session = sessionOn(engine);
  await runningOn(session);
  session.stop('terminate');
  session.stop('input-ended');
  session.stop('terminate');
  assert.deepEqual(await session.ended, { kind: 'stopped', exitCode: 5 });
  assert.equal(engine.calls.filter(({ method }) => method === 'killContainer').length, 1);
  await session.close();
});

test('kill waits for nothing', async () => {
  const engine = engineWith(ignoresEverything);
  const session = sessionOn(engine);
  await runningOn(session);
  session.stop('kill');
  assert.deepEqual(await session.ended, { kind: 'stopped', exitCode: 137 });
  assert.ok(!engine.calls.some(({ method }) => method === 'killContainer'));
});

test('close ends what runs, whatever it ignores', async () => {
  const engine = engineWith(ignoresEverything);
  const session = sessionOn(engine);
  await runningOn(session);
  assert.deepEqual(await session.close(), { left: undefined });
  assert.deepEqual(await session.ended, { kind: 'stopped', exitCode: 137 });
  assert.equal(engine.containers.size, 0);
});

test('an engine that goes away is the end, with its words', async () => {
  const engine = engineWith();
  const session = sessionOn(engine);
  const { id } = await runningOn(session);
  engine.cut();
  const end = await session.ended;
  assert.ok(end.kind === 'engine-gone' && end.exitCode === 3);
  assert.match(end.message, /broke/);
  assert.deepEqual(await session.close(), { left: id });
});

test('an engine that hangs is not waited for without end, and what may be left is said', async () => {
  const engine = engineWith(ignoresEverything);
  const session = sessionOn(engine, { timeouts: { afterTermMs: 1, confirmMs: 1 } });
  const { id } = await runningOn(session);
  engine.hold('killContainer', 'removeContainer');
  session.stop('terminate');
  assert.deepEqual(await session.ended, { kind: 'stopped', exitCode: 137 });
  assert.deepEqual(await session.close(), { left: id });
});

test('several sessions of one process are ended one by one', async () => {
  const engine = engineWith();
  const sessions = [sessionOn(engine), sessionOn(engine), sessionOn(engine)] as const;
  const ids = (await Promise.all(sessions.map(runningOn))).map(({ id }) => id);
  await sessions[1].close();
  assert.deepEqual([...engine.containers.keys()], [ids[0], ids[2]]);
  await Promise.all(sessions.map((session) => session.close()));
  assert.equal(engine.containers.size, 0);
});

test('a server that speaks HTTP is one that speaks on its streams, over the tunnel', async () => {
  const engine = engineWith((container) => {
    endsWithInput(container);
    container.stdout.write('listening\n');
  });
  // A relay of an image that has none.
  engine.onExec = (exec) => exec.exit(2);
  const session = sessionOn(engine, {
    sandbox: { ...plainSandbox, http: { port: 8000, path: '/mcp' } },
    dial: () => Promise.resolve(() => Promise.reject(new Error('nobody dials'))),
  });
  const { stderr, received, tunnel } = await runningOn(session);
  received.resume();
  const [printed] = (await once(stderr, 'data')) as [Buffer];
  assert.equal(String(printed), 'listening\n');
  await assert.rejects(tunnel, { code: 'engine-failed' });
  const end = await session.ended;
  assert.ok(end.kind === 'lease-lost');
  assert.match(end.message, /did not open/);
  await session.close();
});

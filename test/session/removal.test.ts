/** Whatever becomes of the engine's answers: no container stays that a session has made. */
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { McpcatError } from '../../src/lib/errors.ts';
import { removeByName } from '../../src/session/remove-by-name.ts';
import type { ServerEnd } from '../../src/session/session.ts';
import { engineWith, runningOn, sessionOn, turns } from '../rig/session.ts';

function codeOf(end: ServerEnd): string | undefined {
  return end.kind === 'failed' && end.error instanceof McpcatError ? end.error.code : undefined;
}

test('a container has a name of its server, and of its own', async () => {
  const engine = engineWith();
  const sessions = [sessionOn(engine), sessionOn(engine)];
  await Promise.all(sessions.map(runningOn));
  const names = [...engine.containers.values()].map(({ settings }) => settings.name ?? '');
  for (const name of names) assert.match(name, /^mcpcat-notes-[0-9a-f]{12}$/);
  assert.notEqual(names[0], names[1]);
  await Promise.all(sessions.map((session) => session.close()));
});

test('where the answer to create is lost, what was made is removed by its name', async () => {
  const engine = engineWith();
  engine.hold('createContainer');
  const session = sessionOn(engine);
  const create = await engine.next('createContainer');
  await create.perform();
  create.fail();
  assert.equal(codeOf(await session.ended), 'engine-gone');
  assert.deepEqual(await session.close(), { left: undefined });
  assert.equal(engine.containers.size, 0);
});

test('where the connection breaks before it is made, it is removed when it is there', async () => {
  const engine = engineWith();
  engine.hold('createContainer');
  const session = sessionOn(engine);
  const create = await engine.next('createContainer');
  create.fail();
  await session.ended;
  const closing = session.close();
  await turns(5);
  // The engine goes on with what it was asked for, whoever is gone.
  engine.letPass('createContainer');
  await engine.createContainer(create.args[0] as Parameters<typeof engine.createContainer>[0]);
  assert.deepEqual(await closing, { left: undefined });
  assert.equal(engine.containers.size, 0);
});

test('an answer that comes when nobody waits for it any more removes what it names', async () => {
  const engine = engineWith();
  engine.hold('createContainer');
  const session = sessionOn(engine, { timeouts: { createMs: 1, confirmMs: 1 } });
  const create = await engine.next('createContainer');
  assert.equal(codeOf(await session.ended), 'timeout');
  await session.close();
  await create.release();
  await turns(5);
  assert.equal(engine.containers.size, 0);
});

test('an engine that has refused is asked once, one that has no such image is not', async () => {
  for (const [code, asked] of [
    ['engine-failed', 1],
    ['engine-missing', 0],
  ] as const) {
    const engine = engineWith();
    engine.hold('createContainer');
    const session = sessionOn(engine);
    (await engine.next('createContainer')).fail(new McpcatError(code, 'no'));
    assert.equal(codeOf(await session.ended), code);
    assert.deepEqual(await session.close(), { left: undefined });
    assert.equal(engine.calls.filter(({ method }) => method === 'inspectContainer').length, asked);
  }
});

test('an engine that does not say whether it made one is not taken at its word', async () => {
  const engine = engineWith();
  engine.hold('inspectContainer');
  const request = { name: 'x', looks: 'once', ms: 1 } as const;
  assert.equal(await removeByName(engine, request), false);
  const refused = removeByName(engine, { ...request, ms: 2 ** 30 });
  await engine.next('inspectContainer');
  // One that fails is no answer; an engine that fails three times has none.
  for (let failures = 0; failures < 3; failures++) (await engine.next('inspectContainer')).fail();
  assert.equal(await refused, false);
});

/** Time as the test lets it pass; from before the first timer, so that each is cleared where it was set. */
async function withTime(work: () => Promise<void>): Promise<void> {
  mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
  try {
    await work();
  } finally {
    mock.timers.reset();
  }
}

test('a start that is never answered is given up some time after the input has ended', () =>
  withTime(async () => {
    const engine = engineWith();
    engine.hold('startContainer');
    const session = sessionOn(engine);
    await engine.next('startContainer');
    session.stop('input-ended');
    mock.timers.tick(14_999);
    await turns(3);
    assert.equal(engine.only.state, 'created');
    mock.timers.tick(1);
    assert.equal(codeOf(await session.ended), 'timeout');
    assert.deepEqual(await session.close(), { left: undefined });
    assert.equal(engine.containers.size, 0);
  }));

test('a start that is answered late has cost the server none of its grace', () =>
  withTime(async () => {
    const engine = engineWith((container) => void container.stdin.resume());
    engine.hold('startContainer');
    const session = sessionOn(engine);
    const start = await engine.next('startContainer');
    session.stop('input-ended');
    mock.timers.tick(10_000);
    await start.release();
    await session.started;
    mock.timers.tick(1849);
    await turns(3);
    assert.deepEqual(engine.only.signals, []);
    mock.timers.tick(1);
    assert.deepEqual(await session.ended, { kind: 'stopped', exitCode: 143 });
    await session.close();
  }));

test('a signal that the engine refuses is followed by force', async () => {
  const engine = engineWith();
  engine.hold('killContainer');
  const session = sessionOn(engine);
  await runningOn(session);
  session.stop('terminate');
  (await engine.next('killContainer')).fail();
  assert.deepEqual(await session.ended, { kind: 'stopped', exitCode: 137 });
  await session.close();
  assert.equal(engine.containers.size, 0);
});

test('a removal that failed is asked for again', async () => {
  const engine = engineWith();
  engine.hold('removeContainer');
  const session = sessionOn(engine);
  await runningOn(session);
  session.stop('kill');
  (await engine.next('removeContainer')).fail();
  await session.ended;
  engine.letPass('removeContainer');
  assert.deepEqual(await session.close(), { left: undefined });
  assert.equal(engine.containers.size, 0);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Engine } from '../../src/engine/engine.ts';
import type { RecordedSettings } from '../../src/engine/restrictions.ts';
import { McpcatError } from '../../src/lib/errors.ts';
import type { FakeEngine } from '../rig/fake-engine.ts';
import { engineWith, fakeImage, runningOn, sessionOn } from '../rig/session.ts';

/** The engine, as soon as it has made a container, has made it like this. */
function making(engine: FakeEngine, found: Partial<RecordedSettings>): FakeEngine {
  engine.hold('inspectContainer');
  void engine.next('inspectContainer').then((call) => {
    engine.only.recorded = { ...engine.only.recorded, ...found };
    return call.release();
  });
  return engine;
}

/** The message of a session that did not come to its start, and what is left of it. */
async function refusalOn(
  engine: FakeEngine,
): Promise<{ readonly message: string; readonly methods: (keyof Engine)[] }> {
  const session = sessionOn(engine);
  assert.equal(await session.opened, undefined);
  const end = await session.ended;
  assert.ok(end.kind === 'failed' && end.error instanceof McpcatError);
  assert.equal(end.error.code, 'container-differs');
  assert.deepEqual(await session.close(), { left: undefined });
  assert.equal(engine.containers.size, 0);
  return { message: end.error.message, methods: engine.calls.map(({ method }) => method) };
}

test('a container that is not what was asked for is never started, is removed, and is refused by name', async () => {
  const { message, methods } = await refusalOn(making(engineWith(), { readOnlyRoot: false }));
  assert.match(message, /mcpcat\/notes:local\): read-only root: expected true, found false$/);
  assert.ok(!methods.includes('startContainer'));
  assert.ok(methods.includes('removeContainer'));
});

test('an image’s own entry point, volume or order to process 1 is such a container', async () => {
  const { message } = await refusalOn(making(engineWith(), { entrypoint: ['/own'] }));
  assert.match(
    message,
    /entry point: expected \["\/.mcpcat-\w+\/mcpcat-init","--","\/server"\], found \["\/own"\]$/,
  );
  const ordering = engineWith();
  ordering.addImage({ tags: [fakeImage], env: ['MCPCAT_UNREAD_MS=9999999'] });
  const third = await refusalOn(ordering);
  assert.match(third.message, /environment MCPCAT_UNREAD_MS: expected none, found 9999999$/);
  const volume = { kind: 'volume', source: 'a'.repeat(64), target: '/data', readOnly: false };
  const second = await refusalOn(making(engineWith(), { mounts: [volume] }));
  assert.match(second.message, /mount \/data: expected none, found a volume, as the image has it$/);
});

test('it is read back while the engine attaches, and the start waits for both', async () => {
  const engine = engineWith();
  engine.hold('attachContainer', 'inspectContainer');
  const session = sessionOn(engine);
  const attach = await engine.next('attachContainer');
  const inspect = await engine.next('inspectContainer');
  await attach.release();
  await new Promise(setImmediate);
  assert.equal(engine.only.state, 'created');
  await inspect.release();
  await runningOn(session);
  await session.close();
});

test('a container that is removed before it is read back fails the session, and nothing waits', async () => {
  const engine = engineWith();
  engine.hold('inspectContainer');
  const session = sessionOn(engine);
  const inspect = await engine.next('inspectContainer');
  engine.only.remove();
  await inspect.release();
  const end = await session.ended;
  assert.ok(end.kind === 'failed' && end.error instanceof McpcatError);
  assert.equal(end.error.code, 'container-missing');
  await session.close();
});

test('an engine that can not be asked what it has made starts nothing', async () => {
  const engine = engineWith();
  engine.hold('inspectContainer');
  const session = sessionOn(engine);
  (await engine.next('inspectContainer')).fail();
  const end = await session.ended;
  assert.ok(end.kind === 'failed' && end.error instanceof McpcatError);
  assert.equal(end.error.code, 'engine-gone');
  await session.close();
  assert.ok(!engine.calls.some(({ method }) => method === 'startContainer'));
});

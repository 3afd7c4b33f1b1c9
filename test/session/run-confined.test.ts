import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { mock, test } from 'node:test';
import { McpcatError } from '../../src/lib/errors.ts';
import { runConfined, type ScriptEnd } from '../../src/session/run-confined.ts';
import type { FakeEngine } from '../rig/fake-engine.ts';
import { engineWith, fakeImage, turns } from '../rig/session.ts';

const run = (engine: FakeEngine): Promise<ScriptEnd> =>
  runConfined({ engine, image: fakeImage, name: 'script', input: Readable.from([Buffer.from('out')]) });

/** Has run its script up to where the engine is asked whether the container is gone. */
async function askedWhetherGone(engine: FakeEngine) {
  engine.hold('waitContainer');
  const running = run(engine);
  await (await engine.next('waitContainer')).release();
  const gone = await engine.next('waitContainer');
  assert.equal(gone.args[1], 'removed');
  return { running, gone };
}

test('a script gets its input, and what it writes comes back; its container is gone', async () => {
  const engine = engineWith();
  assert.deepEqual(await run(engine), { exitCode: 0, stdout: 'out', stderr: [] });
  assert.equal(engine.containers.size, 0);
});

test('an engine that never says that the container is gone is not waited for without end', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const { running } = await askedWhetherGone(engineWith());
    let ended = false;
    void running.then(() => (ended = true));
    mock.timers.tick(29_999);
    await turns(3);
    assert.equal(ended, false);
    mock.timers.tick(1);
    await turns(3);
    assert.equal(ended, true);
  } finally {
    mock.timers.reset();
  }
});

test('what the script said counts although the engine can’t say that the container is gone', async () => {
  const { running, gone } = await askedWhetherGone(engineWith());
  gone.fail();
  assert.equal((await running).stdout, 'out');
});

test('what went wrong is told, not that the engine can’t say whether the container is gone', async () => {
  const engine = engineWith();
  engine.hold('startContainer', 'waitContainer');
  const running = run(engine);
  await (await engine.next('waitContainer')).perform();
  (await engine.next('startContainer')).fail(new McpcatError('engine-failed', 'it does not start'));
  (await engine.next('waitContainer')).fail();
  await assert.rejects(running, (error) => error instanceof McpcatError && error.code === 'engine-failed');
});

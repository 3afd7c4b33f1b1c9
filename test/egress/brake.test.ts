import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test, type TestContext } from 'node:test';
import { Brake } from '../../src/egress/brake.ts';
import { answerFrame } from '../../src/egress/frames.ts';
import { Sink } from '../../src/egress/sink.ts';

/** How many answers have gone out; the clock stands where the test puts it, long after the process began. */
function braked(context: TestContext): {
  brake: Brake;
  sent: () => Promise<number>;
  clock: { nowMs: number };
} {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const clock = { nowMs: 1_000_000 };
  context.mock.method(performance, 'now', () => clock.nowMs);
  const output = new PassThrough();
  let bytes = 0;
  output.on('data', (chunk: Buffer) => (bytes += chunk.length));
  const brake = new Brake(new Sink(output, () => undefined));
  const sent = async (): Promise<number> => {
    await new Promise((resolve) => setImmediate(resolve));
    return bytes / answerFrame(1).length;
  };
  return { brake, sent, clock };
}

test('a server that looks around is answered at once', async (context) => {
  const { brake, sent } = braked(context);
  for (let index = 0; index < 500; index++) brake.answer(answerFrame(1));
  assert.equal(await sent(), 500);
});

test('a flood waits for its answers, and gets every one of them', async (context) => {
  const { brake, sent } = braked(context);
  for (let index = 0; index < 600; index++) brake.answer(answerFrame(1));
  const early = await sent();
  assert.ok(early < 600, String(early));
  context.mock.timers.tick(100);
  assert.equal(await sent(), 600);
});

test('a second later as many are answered at once again', async (context) => {
  const { brake, sent, clock } = braked(context);
  for (let index = 0; index < 500; index++) brake.answer(answerFrame(1));
  clock.nowMs += 1000;
  for (let index = 0; index < 500; index++) brake.answer(answerFrame(1));
  assert.equal(await sent(), 1000);
});

test('who does not wait for answers is not kept in memory', async (context) => {
  const { brake, sent } = braked(context);
  for (let index = 0; index < 10_000; index++) brake.answer(answerFrame(1));
  assert.ok((await sent()) >= 10_000 - 512);
});

import assert from 'node:assert/strict';
import { PassThrough, Writable } from 'node:stream';
import { test } from 'node:test';
import { whileTaken } from '../../src/launch/while-taken.ts';

const never = new Promise(() => undefined);

test('who takes nothing is not waited for', async () => {
  const stuck = new Writable({ write: () => undefined });
  stuck.write('something');
  await whileTaken(never, [stuck], 1);
});

test('what is done is not waited for', async () => {
  await whileTaken(Promise.resolve(), [new PassThrough()], 2 ** 30);
});

test('who takes a little at a time is waited for until all is taken', async () => {
  const slow = new Writable({
    highWaterMark: 1,
    write: (_chunk, _encoding, done) => void setTimeout(done, 20),
  });
  let taken = 0;
  for (let count = 0; count < 40; count++) slow.write('x', () => void taken++);
  const done = new Promise<void>((resolve) => slow.write('', () => resolve()));
  await whileTaken(done, [slow], 10_000);
  assert.equal(taken, 40);
});

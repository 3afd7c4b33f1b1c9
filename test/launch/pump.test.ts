import assert from 'node:assert/strict';
import { PassThrough, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'node:test';
import { pump } from '../../src/launch/pump.ts';

/** A writer that takes nothing until it is told to. */
class Stuck extends Writable {
  #release: (() => void) | undefined;
  taken = 0;

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.taken += chunk.length;
    this.#release = done;
  }

  take(): void {
    this.#release?.();
  }
}

const events = (): { seen: string[]; onEnd: () => void; onStuck: () => void } => {
  const seen: string[] = [];
  return {
    seen,
    onEnd: () => seen.push('end'),
    onStuck: () => seen.push('stuck'),
  };
};

test('bytes pass in order and the end is passed on', async () => {
  const from = new PassThrough();
  const to = new PassThrough();
  const happened = events();
  pump(from, to, happened);
  const parts = Array.from({ length: 50 }, (_, index) => Buffer.alloc(10_000, index));
  for (const part of parts) from.write(part);
  from.end();
  const got: Buffer[] = [];
  for await (const chunk of to) got.push(chunk as Buffer);
  assert.ok(Buffer.concat(got).equals(Buffer.concat(parts)));
  assert.equal(happened.seen.at(-1), 'end');
});

test('a writer that takes nothing slows its reader', async () => {
  const from = new PassThrough({ highWaterMark: 1024 });
  const to = new Stuck({ highWaterMark: 1024 });
  pump(from, to, events());
  while (from.write(Buffer.alloc(1024)));
  await sleep(100);
  assert.ok(to.writableLength < 8192);
  assert.equal(from.isPaused(), true);
});

test('the end is seen behind a writer that takes nothing', async () => {
  const from = new PassThrough({ highWaterMark: 1024 });
  const to = new Stuck({ highWaterMark: 1024 });
  const happened = events();
  pump(from, to, happened);
  for (let count = 0; count < 2000; count++) from.write(Buffer.alloc(1024));
  from.end();
  for (let waited = 0; !happened.seen.includes('end') && waited < 100; waited++) await sleep(100);
  assert.ok(to.writableLength > 0, 'it has taken something');
  assert.ok(happened.seen.includes('end'));
});

import assert from 'node:assert/strict';
import { PassThrough, type Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'node:test';
import { demux } from '../../src/engine/docker/demux.ts';

function frame(stream: 1 | 2, payload: string | Buffer): Buffer {
  const body = Buffer.from(payload);
  const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(body.length, 4);
  return Buffer.concat([header, body]);
}

const frames = Buffer.concat([
  frame(1, '{"id":1}\n'),
  frame(2, 'a warning: ü'),
  frame(1, ''),
  frame(1, 'second'),
  frame(2, '\n'),
]);

async function both(source: Readable): Promise<{ stdout: string; stderr: string }> {
  const { stdout, stderr } = demux(source);
  const [out, err] = await Promise.all([buffer(stdout), buffer(stderr)]);
  return { stdout: out.toString(), stderr: err.toString() };
}

const whole = { stdout: '{"id":1}\nsecond', stderr: 'a warning: ü\n' };

test('frames that are cut in two at any byte come out whole', async () => {
  for (let at = 0; at <= frames.length; at++) {
    const source = new PassThrough();
    const result = both(source);
    source.write(frames.subarray(0, at));
    source.end(frames.subarray(at));
    assert.deepEqual(await result, whole, `cut at byte ${String(at)}`);
  }
});

test('frames that arrive byte by byte come out whole', async () => {
  const source = new PassThrough();
  const result = both(source);
  for (const byte of frames) source.write(Buffer.from([byte]));
  source.end();
  assert.deepEqual(await result, whole);
});

test('every byte value passes untouched', async () => {
  const bytes = Buffer.from(
    Array.from({ length: 256 * 1024 }, (_, index) => (index * 7 + (index >> 8)) % 256),
  );
  const source = new PassThrough();
  const { stdout, stderr } = demux(source);
  stderr.resume();
  source.end(
    Buffer.concat([frame(1, bytes.subarray(0, 100_000)), frame(2, 'x'), frame(1, bytes.subarray(100_000))]),
  );
  assert.ok((await buffer(stdout)).equals(bytes));
});

test('no output at all ends both streams', async () => {
  const source = new PassThrough();
  source.end();
  assert.deepEqual(await both(source), { stdout: '', stderr: '' });
});

test('a stream that ends within a header or a payload is an engine that went away', async () => {
  for (const at of [1, 7, 9, frames.length - 1]) {
    const source = new PassThrough();
    const result = both(source);
    source.end(frames.subarray(0, at));
    await assert.rejects(result, { code: 'engine-gone', message: /cut within a frame/ }, String(at));
  }
});

test('a connection that breaks between frames hands its error to both readers', async () => {
  const source = new PassThrough();
  const { stdout, stderr } = demux(source);
  const results = Promise.allSettled([buffer(stdout), buffer(stderr)]);
  source.write(frame(1, 'x'));
  source.destroy(new Error('reset'));
  assert.deepEqual(
    (await results).map((result) => (result.status === 'rejected' ? String(result.reason) : 'ended')),
    ['Error: reset', 'Error: reset'],
  );
});

test('a connection that is dropped without an error ends both readers', async () => {
  const source = new PassThrough();
  const result = both(source);
  source.write(frame(1, 'x'));
  await sleep(10);
  source.destroy();
  assert.deepEqual(await result, { stdout: 'x', stderr: '' });
});

test('a reader that does not read slows the engine down instead of filling the memory', async () => {
  const source = new PassThrough();
  const { stdout, stderr } = demux(source);
  stderr.resume();
  const chunk = frame(1, Buffer.alloc(64 * 1024));
  let taken = 0;
  while (source.write(chunk) && taken < 1000) {
    taken += 1;
    await sleep(1);
  }
  assert.ok(taken < 20, `${String(taken)} chunks of 64 KiB were taken`);
  assert.ok(source.isPaused());
  source.end();
  const bytes = (await buffer(stdout)).length;
  assert.equal(bytes, (taken + 1) * 64 * 1024);
});

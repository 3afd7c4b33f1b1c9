import assert from 'node:assert/strict';
import { PassThrough, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { firstOutput } from '../../src/session/first-output.ts';

test('the first word of a server is noticed, and whoever reads later still gets it', async () => {
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  const first = firstOutput({ stdin, stdout });
  stdout.write('a word');
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(stdout.readableFlowing, null, 'it made the stream flow');
  const all = text(stdout);
  await first;
  stdout.end(', another');
  assert.equal(await all, 'a word, another');
});

test('a server that does not take its input is noticed without a word of it', async () => {
  const stdin = new Writable({ highWaterMark: 8, write: () => undefined });
  const stdout = new PassThrough();
  const first = firstOutput({ stdin, stdout });
  assert.equal(stdin.write('more than eight'), false);
  await first;
});

test('a server that is gone is waited for no longer', async () => {
  const stdout = new PassThrough();
  const first = firstOutput({ stdin: new PassThrough(), stdout });
  stdout.destroy();
  await first;
});

import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { stderrLine } from '../../src/launch/stderr-line.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const piece = Buffer.from(`${'x'.repeat(1023)}\n`);

test('whoever reads gets all of it, and nothing is said', async () => {
  const to = new PassThrough();
  const all = text(to);
  const line = stderrLine(to);
  for (let count = 0; count < 2000; count++) {
    line.write(piece);
    if (count % 50 === 0) await turn();
  }
  line.end();
  to.end();
  assert.equal(await all, piece.toString().repeat(2000));
});

test('of what nobody reads 256 KB wait, the rest is dropped, and how much is said where it is missing', async () => {
  const to = new PassThrough();
  const line = stderrLine(to);
  for (let count = 0; count < 1000; count++) line.write(piece);
  assert.ok(to.writableLength + to.readableLength <= 256 * 1024 + to.readableHighWaterMark);
  const all = text(to);
  for (let waited = 0; to.writableLength > 0 && waited < 1000; waited++) await turn();
  line.write(Buffer.from('later\n'));
  line.end();
  to.end();
  const seen = await all;
  const kept = seen.indexOf('mcpcat:') / piece.length;
  const dropped = (1000 - kept) * piece.length;
  assert.equal(
    seen.slice(seen.indexOf('mcpcat:')),
    `mcpcat: dropped ${String(dropped)} bytes of the server's stderr, which the client did not read\nlater\n`,
  );
});

test('the gap stands on a line of its own, also if it began within one, and is said at the end at the latest', () => {
  const to = new PassThrough({ highWaterMark: 1 });
  const line = stderrLine(to);
  line.write(Buffer.alloc(200 * 1024, 'a'));
  line.write(Buffer.alloc(100 * 1024, 'b'));
  line.end();
  const written = to.read() as Buffer;
  to.resume();
  assert.ok(written.length > 0);
  const rest = new PassThrough();
  const other = stderrLine(rest);
  other.write(Buffer.from('half a line'));
  other.write(Buffer.alloc(300 * 1024));
  other.end();
  assert.equal(
    String(rest.read()),
    "half a line\nmcpcat: dropped 307200 bytes of the server's stderr, which the client did not read\n",
  );
});

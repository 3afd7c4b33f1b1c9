import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { sortLines } from '../../src/launch/sort-lines.ts';

const printed =
  'Welcome!\n{"id":1}\n\n  indented\n[{"id":2}]\r\nnoise with { in it\n{"id":3,"text":"a\\nb"}\ntail';
const messages = '{"id":1}\n[{"id":2}]\r\n{"id":3,"text":"a\\nb"}\n';
const noise = 'Welcome!\n\n  indented\nnoise with { in it\ntail';

for (const size of [1, 2, 3, 7, 1000]) {
  test(`messages and noise are told apart in pieces of ${String(size)} bytes`, async () => {
    const other = new PassThrough();
    const sorter = sortLines((piece) => other.write(piece));
    const sorted = text(sorter);
    for (let at = 0; at < printed.length; at += size) sorter.write(Buffer.from(printed.slice(at, at + size)));
    sorter.end();
    assert.equal(await sorted, messages);
    other.end();
    assert.equal(await text(other), noise);
  });
}

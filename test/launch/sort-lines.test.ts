import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { sortLines } from '../../src/launch/sort-lines.ts';

const message = (id: number, more: object = {}): string => JSON.stringify({ ...more, jsonrpc: '2.0', id });

/** Lines as servers print them, and whether a client has to see them. */
const lines: readonly (readonly [line: string, isMessage: boolean])[] = [
  ['Welcome!', false],
  [message(1), true],
  ['', false],
  ['[INFO] listening on stdio', false],
  ['{not json at all}', false],
  [`[${message(2)},${message(3)}]\r`, true],
  ['[]', false],
  [`[${message(4)},{"level":"info"}]`, false],
  ['{"level":"info","msg":"a structured log is no message"}', false],
  ['{"jsonrpc":"1.0","id":1}', false],
  ['{"jsonrpc":"2.0","id":5', false],
  [`  ${message(6)}  `, true],
  [`\uFEFF${message(7)}`, true],
  ['noise with { in it', false],
  [message(8, { result: { text: 'a\nb, ü and 漢字' } }), true],
  ['{"result":{"jsonrpc":"2.0"},"id":9}', false],
  ['null', false],
  ['42', false],
  [message(10, { result: 'x'.repeat(200_000) }), true],
  [`{"big log": "${'y'.repeat(200_000)}"}`, false],
  [message(11), true],
  // As SDKs write them, and what only looks like that.
  ['{"jsonrpc":"2.0","id":12,"result":{}}', true],
  ['{"jsonrpc":"2.0","method":"ping","id":"a"} sent', false],
  ['{"jsonrpc":"2.0","id":13,"result":{"text":"', false],
  ['{"method":"notifications/message","params":{"level":"info"},"jsonrpc":"2.0"}', true],
  ['{"result":{"tools":[]},"jsonrpc":"2.0","id":14}', true],
  ['{"result":{"tools":[]},"jsonrpc":"2.0","id":"an id \\" of text"}', true],
  ['{"error":{"code":-32601,"message":"no"},"jsonrpc":"2.0","id":null}', true],
  ['{"result":{},"jsonrpc":"1.0","id":15}', false],
  ['{ "id": 16, "jsonrpc": "2.0", "result": {} }', true],
  ["{'jsonrpc': '2.0', 'id': 17}", false],
  ['{"level":"debug","sent":{"jsonrpc":"2.0","id":18}}', false],
  [`{"level":"debug","text":"${'z'.repeat(30_000)}"}`, false],
  [`{"jsonrpc":"2.0","id":19,"result":"${'x'.repeat(30_000)}"}  \r`, true],
  [`{"jsonrpc":"2.0","id":20,"result":"${'x'.repeat(30_000)}" and more`, false],
  ['[1, 2, 3]', false],
  ['{}', false],
  ['{', false],
  ['[', false],
];
const of = (kind: boolean): string =>
  lines
    .filter(([, isMessage]) => isMessage === kind)
    .map(([line]) => `${line}\n`)
    .join('');

for (const size of [1, 7, 1000, 65_536, 1_000_000]) {
  test(`messages and noise are told apart in pieces of ${String(size)} bytes`, async () => {
    const printed = Buffer.from(lines.map(([line]) => `${line}\n`).join(''));
    const other = new PassThrough({ highWaterMark: 1 << 24 });
    const sorter = sortLines((piece) => void other.write(piece));
    const sorted = text(sorter);
    for (let at = 0; at < printed.length; at += size) sorter.write(printed.subarray(at, at + size));
    sorter.end();
    assert.equal(await sorted, of(true));
    other.end();
    assert.equal(await text(other), of(false));
  });
}

test('the last line is judged although nothing ends it', async () => {
  for (const [line, isMessage] of [
    [message(1), true],
    ['bye', false],
  ] as const) {
    const other = new PassThrough();
    const sorter = sortLines((piece) => other.write(piece));
    const sorted = text(sorter);
    sorter.end(line);
    assert.equal(await sorted, isMessage ? line : '');
    other.end();
    assert.equal(await text(other), isMessage ? '' : line);
  }
});

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import type { CallLine } from '../../src/call-log/call-line.ts';
import { readCalls } from '../../src/call-log/read-calls.ts';
import { temporaryFolder } from '../lib/temporary.ts';

const call = (minute: number, more: Partial<CallLine> = {}): CallLine => ({
  time: new Date(Date.UTC(2026, 10, 27, 9, minute)).toISOString(),
  client: 'codex',
  session: 's',
  server: 'time',
  tool: 'now',
  milliseconds: minute,
  bytesIn: 1,
  bytesOut: 10,
  outcome: 'ok',
  ...more,
});

/** A folder with these files of the log. */
function logged(t: TestContext, ...files: readonly (readonly (CallLine | string)[])[]): string {
  const folder = temporaryFolder(t);
  files.forEach((lines, index) =>
    writeFileSync(
      path.join(folder, `20261127T09000000${String(index)}-1-0.jsonl`),
      lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join(''),
    ),
  );
  return folder;
}

test('calls of several processes are in the order of time, the newest ones up to the limit', async (t) => {
  const folder = logged(t, [call(1), call(4), call(5)], [call(2), call(3)]);
  const { calls } = await readCalls(folder, {}, 3);
  assert.deepEqual(
    calls.map(({ milliseconds }) => milliseconds),
    [3, 4, 5],
  );
});

test('the summary has each tool of each server, of all calls', async (t) => {
  const folder = logged(t, [
    call(1),
    call(9, { outcome: 'timeout' }),
    call(2),
    call(3, { server: 'git', bytesOut: 5 }),
  ]);
  assert.deepEqual((await readCalls(folder, {}, 1)).tools, [
    {
      server: 'time',
      tool: 'now',
      calls: 3,
      failed: 1,
      medianMilliseconds: 2,
      slowestMilliseconds: 9,
      bytesIn: 3,
      bytesOut: 30,
      last: '2026-11-27T09:09:00.000Z',
    },
    {
      server: 'git',
      tool: 'now',
      calls: 1,
      failed: 0,
      medianMilliseconds: 3,
      slowestMilliseconds: 3,
      bytesIn: 1,
      bytesOut: 5,
      last: '2026-11-27T09:03:00.000Z',
    },
  ]);
});

test('a server and a time choose among them', async (t) => {
  const folder = logged(t, [call(1), call(2, { server: 'git' }), call(3)]);
  const of = async (filter: Parameters<typeof readCalls>[1]): Promise<number[]> =>
    (await readCalls(folder, filter, 10)).calls.map(({ milliseconds }) => milliseconds);
  assert.deepEqual(await of({ server: 'time' }), [1, 3]);
  assert.deepEqual(await of({ sinceMs: Date.UTC(2026, 10, 27, 9, 2) }), [2, 3]);
});

test('lines that are none are passed over, and a folder that is not there is empty', async (t) => {
  const folder = logged(
    t,
    ['{"time": "now"}', '{"half', '[]', 'null', '', JSON.stringify(call(1)).slice(0, -9)],
    [call(2)],
  );
  assert.equal((await readCalls(folder, {}, 10)).calls.length, 1);
  assert.deepEqual(await readCalls('/nowhere/at/all', {}, 10), { calls: [], tools: [] });
});

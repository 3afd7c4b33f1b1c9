import assert from 'node:assert/strict';
import {
  appendFileSync,
  existsSync,
  promises,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { CallLog, type CallLogOptions } from '../../src/call-log/call-log.ts';
import type { CallLine } from '../../src/call-log/call-line.ts';
import { readCalls } from '../../src/call-log/read-calls.ts';
import { Part } from '../../src/serve/message.ts';
import type { CallRecord } from '../../src/serve/policy.ts';
import { temporaryFolder } from '../lib/temporary.ts';

const record = (more: Partial<CallRecord> = {}): CallRecord => ({
  session: 'abcdef',
  client: 'codex',
  server: 'time',
  tool: 'now',
  params: Part.ofValue({ name: 'now', arguments: { zone: 'UTC' } }),
  atMs: Date.UTC(2026, 10, 27, 9),
  tookMs: 12.345,
  bytesIn: 30,
  bytesOut: 70,
  outcome: 'ok',
  result: Part.ofValue({ content: [] }),
  ...more,
});

const unexpected = (message: string): void => assert.fail(message);
const logIn = (folder: string, more: Partial<CallLogOptions> = {}): CallLog =>
  new CallLog({ folder, content: 'none', onLost: unexpected, ...more });
const linesIn = (folder: string): CallLine[] =>
  readdirSync(folder)
    .toSorted()
    .flatMap((name) => readFileSync(path.join(folder, name), 'utf8').split('\n'))
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as CallLine);

test('a call is one line, without arguments and results, in a file for this user alone', async (t) => {
  const folder = path.join(temporaryFolder(t), 'data/calls');
  const log = logIn(folder);
  log.record(record());
  await log.close();
  assert.deepEqual(linesIn(folder), [
    {
      time: '2026-11-27T09:00:00.000Z',
      client: 'codex',
      session: 'abcdef',
      server: 'time',
      tool: 'now',
      milliseconds: 12.3,
      bytesIn: 30,
      bytesOut: 70,
      outcome: 'ok',
    },
  ]);
  const [name = ''] = readdirSync(folder);
  assert.deepEqual(
    [statSync(folder).mode & 0o777, statSync(path.join(folder, name)).mode & 0o777],
    [0o700, 0o600],
  );
});

test('nothing is made where nothing is called', async (t) => {
  const folder = path.join(temporaryFolder(t), 'calls');
  await logIn(folder).close();
  assert.equal(existsSync(folder), false);
});

test('on request arguments and results stand there too, long ones as their beginning', async (t) => {
  const folder = temporaryFolder(t);
  const log = logIn(folder, { content: 'logged' });
  log.record(record());
  log.record(record({ result: Part.ofValue({ content: [{ type: 'text', text: 'é'.repeat(100_000) }] }) }));
  log.record(record({ result: undefined, params: Part.ofBytes(Buffer.from('{"broken":')) }));
  log.record(record({ params: Part.ofValue({ name: 'now' }) }));
  await log.close();
  const [first, second, third, fourth] = linesIn(folder);
  assert.equal(fourth?.arguments, null, 'a call without arguments is another than one that is not logged');
  assert.deepEqual([first?.arguments, first?.result], [{ zone: 'UTC' }, { content: [] }]);
  const cut = second?.result as { bytes: number; beginning: string };
  assert.ok(cut.bytes > 200_000 && cut.beginning.length < 65_536 && cut.beginning.includes('é'));
  assert.deepEqual(third?.arguments, { bytes: 10, beginning: '{"broken":' });
});

test('files are rotated, and the oldest removed, so that the log never grows beyond its limits', async (t) => {
  const folder = temporaryFolder(t);
  const limits = { fileBytes: 2000, allBytes: 8000, files: 100 };
  const log = logIn(folder, { limits });
  for (let turn = 0; turn < 300; turn++) {
    log.record(record({ tool: `t${String(turn)}` }));
    if (turn % 5 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await log.close();
  const sizes = readdirSync(folder).map((name) => statSync(path.join(folder, name)).size);
  assert.ok(sizes.length > 1 && sizes.every((size) => size <= 2000), String(sizes));
  assert.ok(sizes.reduce((sum, size) => sum + size, 0) <= 8000);
  assert.equal(linesIn(folder).at(-1)?.tool, 't299');
});

test('many short processes leave no more files than the limit', async (t) => {
  const folder = temporaryFolder(t);
  for (let turn = 0; turn < 12; turn++) {
    const log = logIn(folder, { limits: { fileBytes: 2000, allBytes: 1e6, files: 5 } });
    log.record(record({ tool: `t${String(turn)}` }));
    await log.close();
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  assert.deepEqual(
    linesIn(folder)
      .map(({ tool }) => tool)
      .toSorted(),
    ['t10', 't11', 't7', 't8', 't9'],
  );
});

test('files of others in the folder are left alone', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(path.join(folder, 'notes.txt'), 'x'.repeat(5000));
  const log = logIn(folder, { limits: { fileBytes: 100, allBytes: 100, files: 1 } });
  log.record(record());
  await log.close();
  assert.ok(existsSync(path.join(folder, 'notes.txt')));
});

test('a full disk loses lines and says so once; a call knows nothing of it', async (t) => {
  const folder = temporaryFolder(t);
  const said: string[] = [];
  const log = logIn(folder, {
    onLost: (message) => said.push(message),
    // A real device that is always full.
    open: () => promises.open('/dev/full', 'a'),
  });
  log.record(record());
  await log.close();
  log.record(record());
  log.record(record());
  await log.close();
  assert.equal(said.length, 1);
  assert.match(said[0] ?? '', /calls are not all logged in .*: ENOSPC/);
});

test('after a write that failed half-way the next line begins anew', async (t) => {
  const folder = temporaryFolder(t);
  let failing = true;
  const tried = Promise.withResolvers<undefined>();
  const log = logIn(folder, {
    onLost: () => undefined,
    open: (file) =>
      Promise.resolve({
        appendFile: async (text) => {
          appendFileSync(file, failing ? text.slice(0, 20) : text);
          if (!failing) return;
          tried.resolve(undefined);
          throw new Error('half of it');
        },
        close: async () => undefined,
      }),
  });
  log.record(record({ tool: 'lost' }));
  await tried.promise;
  failing = false;
  log.record(record({ tool: 'kept' }));
  await log.close();
  const { calls } = await readCalls(folder, {}, 10);
  assert.deepEqual(
    calls.map(({ tool }) => tool),
    ['kept'],
  );
});

test('a disk that takes nothing never makes memory grow without end', async (t) => {
  const said: string[] = [];
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const log = logIn(temporaryFolder(t), {
    onLost: (message) => said.push(message),
    open: () => Promise.resolve({ appendFile: () => held, close: async () => undefined }),
  });
  log.record(record());
  await new Promise((resolve) => setTimeout(resolve, 20));
  const long = record({ client: 'c'.repeat(10_000) });
  for (let turn = 0; turn < 40_000; turn++) log.record(long);
  assert.deepEqual(said.length, 1);
  assert.match(said[0] ?? '', /the disk is too slow/);
  release();
  await log.close();
});

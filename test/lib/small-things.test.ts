import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { McpcatError, messageOf, type ErrorCode } from '../../src/lib/errors.ts';
import { jsonText, writeWhole } from '../../src/lib/folders.ts';
import { didYouMean, nearest } from '../../src/lib/nearest.ts';
import { bytesOf, megabytes } from '../../src/lib/size.ts';
import { temporaryFolder } from './temporary.ts';

test('sizes are binary, and anything but a plain size is refused with what it was for', () => {
  assert.equal(bytesOf('1k', '--memory'), 1024);
  assert.equal(bytesOf('512m', '--memory'), 512 * 1024 * 1024);
  assert.equal(bytesOf('2G', '--memory'), 2 * 1024 ** 3);
  for (const text of ['', '0m', '512', '-1m', '1.5g', '1t', '1mb', ' 1m', '1e9g'])
    assert.throws(
      () => bytesOf(text, '--memory'),
      { code: 'usage', message: /^--memory: expected a size/ },
      text,
    );
});

test('megabytes are decimal, with a digit after the point only where it says something', () => {
  assert.equal(megabytes(1_540_000), '1.5 MB');
  assert.equal(megabytes(123_456_789), '123 MB');
});

test('the nearest names come first, far ones not at all', () => {
  const names = ['everything', 'fetch', 'filesystem', 'git', 'github', 'time'];
  assert.deepEqual(nearest('evrything', names), ['everything']);
  assert.deepEqual(nearest('GITHUB', names), ['github', 'git']);
  assert.deepEqual(nearest('file', names)[0], 'filesystem');
  assert.deepEqual(nearest('qqqqqqqq', names), []);
  assert.deepEqual(nearest('', names), []);
  assert.equal(didYouMean('tme', names), 'did you mean time?');
  assert.equal(didYouMean('zzzzzz', names), '');
});

test('a file is written whole or not at all, and no temporary name stays', async (t) => {
  const folder = temporaryFolder(t);
  const file = path.join(folder, 'deep/er/file.json');
  await writeWhole(file, 'one');
  await writeWhole(file, 'two');
  assert.equal(readFileSync(file, 'utf8'), 'two');
  mkdirSync(path.join(folder, 'taken'));
  await assert.rejects(writeWhole(path.join(folder, 'taken'), 'x'));
  assert.deepEqual(readdirSync(folder).sort(), ['deep', 'taken']);
  assert.deepEqual(readdirSync(path.dirname(file)), ['file.json']);
});

test('JSON of ours has two spaces and a newline at its end', () => {
  assert.equal(jsonText({ a: [1] }), '{\n  "a": [\n    1\n  ]\n}\n');
});

test('wrong usage exits with 2, a failed operation with 3', () => {
  const exits = (code: ErrorCode): number => new McpcatError(code, 'x').exitCode;
  assert.deepEqual(
    (['usage', 'settings-missing', 'entry-unknown', 'entry-invalid', 'entry-refused'] as const).map(exits),
    [2, 2, 2, 2, 2],
  );
  assert.deepEqual(
    (['engine-missing', 'build-failed', 'timeout', 'io-failed', 'lock-missing'] as const).map(exits),
    [3, 3, 3, 3, 3],
  );
});

test('whatever was thrown has a message', () => {
  assert.equal(messageOf(new Error('sorry')), 'sorry');
  assert.equal(messageOf('text'), 'text');
  assert.equal(messageOf(undefined), 'undefined');
});

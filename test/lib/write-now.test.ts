import assert from 'node:assert/strict';
import { linkSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { keepNow, writeOwnNow } from '../../src/lib/write-now.ts';
import { temporaryFolder } from './temporary.ts';

test('a file is written whole, for its user alone, with the folders above it, and takes another one’s place', (t) => {
  const folder = temporaryFolder(t);
  const file = path.join(folder, 'a/b/file');
  writeOwnNow(file, 'one');
  writeOwnNow(file, 'two');
  assert.equal(readFileSync(file, 'utf8'), 'two');
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(statSync(path.dirname(file)).mode & 0o777, 0o700);
  assert.deepEqual(readdirSync(path.dirname(file)), ['file']);
});

test('what could not take its place leaves nothing beside what was there', (t) => {
  const folder = temporaryFolder(t, { file: 'old' });
  const file = path.join(folder, 'file');
  assert.throws(() => writeOwnNow(file, 'new', { place: linkSync }), { code: 'EEXIST' });
  assert.equal(readFileSync(file, 'utf8'), 'old');
  assert.deepEqual(readdirSync(folder), ['file']);
});

test('where a file stands in the folder’s place, the system’s own word is thrown, and what only saves time goes on', (t) => {
  const file = path.join(temporaryFolder(t, { folder: '' }), 'folder/file');
  assert.throws(() => writeOwnNow(file, ''), { code: /^(EEXIST|ENOTDIR)$/, syscall: 'mkdir' });
  keepNow(file, {});
});

import assert from 'node:assert/strict';
import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { FilesSeen, stateNow } from '../../src/lib/file-state.ts';
import { temporaryFolder } from './temporary.ts';

test('files are as they were when each was first asked for', (t) => {
  const folder = temporaryFolder(t, { a: 'one' });
  const [a, later] = [path.join(folder, 'a'), path.join(folder, 'later')];
  const states = { [a]: stateNow(a), [later]: '' };
  const seen = new FilesSeen();
  assert.deepEqual({ [a]: seen.of(a), [later]: seen.of(later) }, states);
  assert.deepEqual(seen.unchangedSince(Infinity), states);
  assert.equal(seen.unchangedSince(0), undefined, 'it was written since');
  writeFileSync(later, '');
  assert.equal(seen.of(later), '', 'what was made of it was made without it');
  assert.equal(seen.unchangedSince(Infinity), undefined);
});

test('what has gone or was replaced meanwhile is not as it was, and what was known before is held against now', (t) => {
  const folder = temporaryFolder(t, { a: 'one' });
  const a = path.join(folder, 'a');
  const seen = new FilesSeen();
  seen.of(a);
  rmSync(a);
  assert.equal(seen.unchangedSince(Infinity), undefined);
  const known = new FilesSeen({ [a]: 'as before', [path.join(folder, 'never asked for')]: 'x' });
  assert.equal(known.of(a), 'as before');
  assert.equal(known.unchangedSince(Infinity), undefined);
});

test('of a file that can not be asked for nothing is known', (t) => {
  const folder = temporaryFolder(t);
  const loop = path.join(folder, 'loop');
  symlinkSync('loop', loop);
  assert.equal(stateNow(loop), undefined);
  const seen = new FilesSeen();
  assert.equal(seen.of(loop), undefined);
  assert.equal(seen.unchangedSince(Infinity), undefined);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Entry } from '../../src/catalog/entry.ts';
import { parseEntry } from '../../src/catalog/parse-entry.ts';
import { ownerCases, untriedOwners } from '../../src/smoke/owner-cases.ts';
import { entryText } from '../catalog/entry-text.ts';

function entryWith(...mounts: readonly string[]): Entry {
  const more = mounts.length === 0 ? '' : `permissions: {mounts: [${mounts.join(', ')}]}\n`;
  const { entry } = parseEntry('server.yaml', `${entryText('notes')}${more}`, 'notes');
  assert.ok(entry);
  return entry;
}

const readOnly = '{name: data, target: /data, description: Its data}';
const writable = '{name: data, target: /data, mode: rw, description: Its data}';
const checks = (entry: Entry, uid: number | undefined): string[] =>
  ownerCases(entry, uid).map(({ check }) => check);

test('a server that gets no folder has no owners to be proved with', () => {
  assert.deepEqual([checks(entryWith(), 0), untriedOwners(entryWith(), 1000)], [[], undefined]);
});

test('root proves a folder of somebody else, open and closed, and one of its own', () => {
  const cases = ownerCases(entryWith(readOnly), 0);
  assert.deepEqual(
    cases.map(({ check, owner }) => [check, owner.uid === 0, owner.mode, owner.access]),
    [
      ['owner-755', false, 0o755, 'ro'],
      ['owner-700', false, 0o700, 'ro'],
      ['owner-root', true, 0o755, 'ro'],
    ],
  );
  assert.ok(cases.every(({ owner }) => owner.uid !== undefined && owner.uid !== 65_532));
  assert.equal(untriedOwners(entryWith(readOnly), 0), undefined);
});

test('a plain user proves with folders of its own, and says that none of root was tried', () => {
  const entry = entryWith(readOnly);
  assert.deepEqual(checks(entry, 1000), ['owner-755', 'owner-700']);
  assert.ok(ownerCases(entry, 1000).every(({ owner }) => owner.uid === undefined));
  assert.match(untriedOwners(entry, 1000) ?? '', /root/);
});

test('only what may be written is proved for writing', () => {
  assert.ok(!checks(entryWith(readOnly), 0).includes('owner-rw'));
  const writing = ownerCases(entryWith(writable), 0).find(({ check }) => check === 'owner-rw');
  assert.deepEqual([writing?.owner.access, writing?.owner.mode], ['rw', 0o755]);
});

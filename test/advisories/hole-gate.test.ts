import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { checkKnownHoles, gatedHoles } from '../../src/advisories/hole-gate.ts';
import { scanRecordText, type ScanRecord } from '../../src/advisories/scan-record.ts';
import type { Lock } from '../../src/catalog/lock.ts';
import { entryAt } from '../publish/rig.ts';

type RecordedHole = ScanRecord['holes'][number];

const now = new Date('2026-11-27T12:00:00Z');
const lock: Lock = {
  ...{ lockVersion: 1, source: 'npm:server', version: '1.0.0', runtime: 'node', bin: {}, scripts: [] },
  artifacts: [
    {
      ...{ kind: 'npm', name: 'tar', version: '6.1.0' },
      ...{ url: 'https://registry.npmjs.org/tar.tgz', integrity: `sha512-${'A'.repeat(86)}==` },
    },
  ],
};
const hole: RecordedHole = {
  ...{ id: 'GHSA-1', aliases: [], severity: 'high', ecosystem: 'npm', name: 'tar', version: '6.1.0' },
  ...{ fixed: '6.2.1', known: '2026-11-20', exceptedUntil: null },
};
const record = (change: Partial<RecordedHole> = {}, more: Partial<ScanRecord> = {}): ScanRecord => ({
  ...{ scanVersion: 1, version: '1.0.0', date: '2026-11-27', sources: [], checked: [], unchecked: [] },
  holes: [{ ...hole, ...change }],
  ...more,
});
const count = (of: ScanRecord | undefined, at = now): number => gatedHoles(of, lock, at).length;

test('a high hole that a later release closes stops a publication after 48 hours', () => {
  assert.equal(count(record()), 1);
  assert.equal(count(record({ severity: 'critical' })), 1);
  assert.equal(count(record({ known: '2026-11-26' })), 0);
  assert.equal(count(record({ known: '2026-11-26' }), new Date('2026-11-28T00:00:00Z')), 0);
  assert.equal(count(record({ known: '2026-11-26' }), new Date('2026-11-28T00:00:01Z')), 1);
});

test('a hole without a day is known since it was first seen', () => {
  const { known: _, ...undated } = hole;
  assert.equal(count(record({}, { holes: [undated] })), 0);
  assert.equal(count(record({}, { holes: [undated], date: '2026-11-20' })), 1);
});

test('what nobody can close, what is not high, and what is excused does not stop it', () => {
  assert.equal(count(record({ fixed: null })), 0);
  for (const severity of ['medium', 'low', 'unknown'] as const) assert.equal(count(record({ severity })), 0);
  assert.equal(count(record({ exceptedUntil: '2026-12-31' })), 0);
  assert.equal(count(record({ exceptedUntil: '2026-11-26' })), 1, 'the exception has ended');
});

test('only what is locked now counts', () => {
  assert.equal(count(undefined), 0);
  assert.equal(count(record({}, { version: '0.9.0' })), 0, 'another release');
  assert.equal(count(record({ version: '6.0.0' })), 0, 'the lock has another version since');
  const debian = { ecosystem: 'Debian:13', name: 'openssl', version: '3.0' } as const;
  assert.equal(count(record(debian)), 1, 'no lock names what comes with the base');
});

test('publishing is refused with each hole and what to do', async () => {
  using entry = entryAt('1.0.0');
  const server = await entry.server();
  await checkKnownHoles(server, now);
  const text = scanRecordText(record({ name: 'echo', version: '1.0.0' }));
  writeFileSync(path.join(entry.folder, 'scan.json'), text);
  await assert.rejects(checkKnownHoles(server, now), {
    code: 'holes-known',
    detail: ['GHSA-1 (high) in echo 1.0.0, fixed in 6.2.1'],
    message: /^echo: 1 known hole is fixed in a later release/,
  });
});

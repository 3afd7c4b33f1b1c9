import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import {
  readScanRecord,
  scanRecordText,
  scanSentence,
  type ScanRecord,
} from '../../src/advisories/scan-record.ts';
import { temporaryFolder } from '../lib/temporary.ts';

const record: ScanRecord = {
  scanVersion: 1,
  version: 'v1.0.0',
  date: '2026-11-27',
  sources: ['golang.org/x/vulndb v0'],
  checked: [{ ecosystem: 'Go', packages: 30 }],
  unchecked: [{ ecosystem: 'Debian:13', packages: 6 }],
  holes: [
    {
      id: 'GO-1',
      aliases: [],
      severity: 'unknown',
      ecosystem: 'Go',
      name: 'example.com/x',
      version: 'v1.0.0',
      fixed: '1.2.0',
      exceptedUntil: null,
    },
    {
      id: 'GO-2',
      aliases: [],
      severity: 'unknown',
      ecosystem: 'Go',
      name: 'example.com/y',
      version: 'v1.0.0',
      fixed: null,
      exceptedUntil: '2027-01-31',
    },
  ],
};
const sentence = (of: ScanRecord | undefined, version = 'v1.0.0', today = '2026-11-27'): string =>
  scanSentence(of, { name: 'x', version, today });

test('what was found is one sentence, with what was not asked', () => {
  assert.equal(
    sentence(record),
    'Known holes on 2026-11-27 in Go: 1, 1 of them fixed in a later release; 1 excepted; not checked: 6 packages of Debian:13',
  );
  assert.match(sentence({ ...record, holes: [] }), /in Go: none; not checked/);
});

test('an exception that has ended since counts again', () => {
  assert.match(sentence(record, 'v1.0.0', '2027-02-01'), /in Go: 2, 1 of them fixed/);
});

test('never, and of another release, are said', () => {
  assert.match(sentence(undefined), /nobody has looked/);
  assert.match(sentence(record, 'v2.0.0'), /last looked at v1\.0\.0, another release/);
});

test('a record is read as it was written; one that nobody understands is none', async (t) => {
  const folder = temporaryFolder(t);
  assert.equal(await readScanRecord(folder), undefined);
  const file = path.join(folder, 'scan.json');
  writeFileSync(file, scanRecordText(record));
  assert.deepEqual(await readScanRecord(folder), record);
  writeFileSync(file, scanRecordText(record).replace('"Go"', '"Gone"'));
  assert.equal(await readScanRecord(folder), undefined);
});

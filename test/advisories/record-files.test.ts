import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { zipSync } from 'fflate';
import { recordFiles, type RecordFile } from '../../src/advisories/record-files.ts';
import { McpcatError } from '../../src/lib/errors.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'mcpcat-osv-'));
});
after(() => rm(folder, { recursive: true, force: true }));

async function all(place: string): Promise<RecordFile[]> {
  const found: RecordFile[] = [];
  for await (const file of recordFiles(place)) found.push(file);
  return found;
}

test('a zip that gives fewer files than it has is refused, so that nothing unread counts as fine (fflate 0.8.3)', async () => {
  const record = Buffer.from('{}');
  const names = Array.from({ length: 65_540 }, (_, index) => [`${String(index)}.json`, record] as const);
  const zip = path.join(folder, 'many.zip');
  await writeFile(zip, zipSync(Object.fromEntries(names), { level: 0 }));
  await assert.rejects(all(zip), (error) => {
    assert.ok(error instanceof McpcatError);
    assert.match(error.message, /gives 4 files and has 65540/);
    return true;
  });
});

test('a folder with others below it and a zip of the same give the same records', async () => {
  const place = path.join(folder, 'records');
  await mkdir(path.join(place, 'npm'), { recursive: true });
  await writeFile(path.join(place, 'npm', 'GHSA-1.json'), '{"id": "GHSA-1"}');
  await writeFile(path.join(place, 'README.md'), 'no record');
  const zip = path.join(folder, 'all.zip');
  const content = {
    'npm/GHSA-1.json': Buffer.from('{"id": "GHSA-1"}'),
    'README.md': Buffer.from('no record'),
  };
  await writeFile(zip, zipSync(content));
  const expected = [{ name: 'npm/GHSA-1.json', text: '{"id": "GHSA-1"}' }];
  assert.deepEqual(await all(place), expected);
  assert.deepEqual(await all(zip), expected);
});

test('of Go’s module only the database is read, not its other JSON', async () => {
  const zip = path.join(folder, 'go.zip');
  const root = 'golang.org/x/vulndb@v0.0.0-20261105234957-e22db6528018';
  await writeFile(
    zip,
    zipSync({
      [`${root}/data/osv/GO-1.json`]: Buffer.from('{"id": "GO-1"}'),
      [`${root}/data/cve/v5/GO-1.json`]: Buffer.from('{}'),
      [`${root}/internal/testdata/x.json`]: Buffer.from('{}'),
    }),
  );
  assert.deepEqual(
    (await all(zip)).map(({ text }) => text),
    ['{"id": "GO-1"}'],
  );
});

test('a file larger than any record is named and not read, also packed', async () => {
  const place = path.join(folder, 'large');
  await mkdir(place);
  const large = Buffer.alloc((8 << 20) + 1, ' ');
  await writeFile(path.join(place, 'large.json'), large);
  const zip = path.join(folder, 'large.zip');
  await writeFile(zip, zipSync({ 'large.json': large }));
  const expected = [{ name: 'large.json', text: undefined }];
  assert.deepEqual(await all(place), expected);
  assert.deepEqual(await all(zip), expected);
});

for (const [title, content] of [
  ['a file that is no zip', 'text'],
  ['half a zip', Buffer.from(zipSync({ 'a.json': Buffer.alloc(1000, 'x') })).subarray(0, 60)],
] as const)
  test(`${title} is said`, async () => {
    const file = path.join(folder, 'no.zip');
    await writeFile(file, content);
    await assert.rejects(all(file), (error) => {
      assert.ok(error instanceof McpcatError);
      assert.equal(error.code, 'io-failed');
      assert.match(error.message, /a folder or a zip of OSV records/);
      return true;
    });
  });

test('a place that is not there is said', async () => {
  await assert.rejects(all(path.join(folder, 'nowhere')), (error) => {
    assert.ok(error instanceof McpcatError);
    assert.equal(error.code, 'io-failed');
    return true;
  });
});

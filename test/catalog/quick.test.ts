import assert from 'node:assert/strict';
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { loadCatalog, loadServer } from '../../src/catalog/load.ts';
import { quickEntry } from '../../src/catalog/quick.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { entryText } from './entry-text.ts';

const catalog = path.resolve(import.meta.dirname, '../../catalog');
const names = readdirSync(catalog, { withFileTypes: true })
  .filter((item) => item.isDirectory())
  .map(({ name }) => name);

test('the catalog has no problems and at least fourteen locked servers', async () => {
  const { servers, problems } = await loadCatalog(catalog);
  assert.deepEqual(problems, []);
  assert.ok(servers.size >= 14, `found ${String(servers.size)}`);
  assert.deepEqual(
    [...servers.values()].filter(({ lock }) => lock === undefined).map(({ entry }) => entry.name),
    [],
  );
});

for (const name of names) {
  test(`the kept entry of ${name} is exactly what the loader gives`, async (t) => {
    const cache = temporaryFolder(t);
    const { entry } = await loadServer(catalog, name);
    assert.deepStrictEqual(await quickEntry({ folder: catalog, name, cache }), entry, 'first time');
    assert.equal(readdirSync(path.join(cache, 'entries')).length, 1);
    assert.deepStrictEqual(await quickEntry({ folder: catalog, name, cache }), entry, 'from the cache');
  });
}

test('a changed entry is read anew', async (t) => {
  const folder = temporaryFolder(t, { 'x/server.yaml': entryText('x') });
  const cache = temporaryFolder(t);
  await quickEntry({ folder, name: 'x', cache });
  writeFileSync(path.join(folder, 'x/server.yaml'), entryText('x', { more: 'shm: 64m\n' }));
  assert.equal((await quickEntry({ folder, name: 'x', cache })).shm, '64m');
});

test('a broken entry is never kept', async (t) => {
  const folder = temporaryFolder(t, { 'x/server.yaml': entryText('x', { more: 'nope: 1\n' }) });
  const cache = temporaryFolder(t);
  for (let time = 0; time < 2; time++)
    await assert.rejects(quickEntry({ folder, name: 'x', cache }), { code: 'entry-invalid' });
  assert.deepEqual(readdirSync(cache), []);
});

test('half a cache file is not believed, and a cache that cannot be written only costs time', async (t) => {
  const folder = temporaryFolder(t, { 'x/server.yaml': entryText('x') });
  const cache = temporaryFolder(t);
  const entry = await quickEntry({ folder, name: 'x', cache });
  const file = path.join(cache, 'entries', readdirSync(path.join(cache, 'entries'))[0] ?? '');
  assert.equal(statSync(file).mode & 0o777, 0o600);
  writeFileSync(file, readFileSync(file, 'utf8').slice(0, 40));
  assert.deepEqual(await quickEntry({ folder, name: 'x', cache }), entry);
  const locked = path.join(temporaryFolder(t, { file: '' }), 'file');
  chmodSync(locked, 0o400);
  assert.deepEqual(await quickEntry({ folder, name: 'x', cache: locked }), entry);
});

test('names that are no folder of the catalog are unknown on the fast path too', async (t) => {
  const folder = temporaryFolder(t, { 'x/server.yaml': entryText('x') });
  for (const name of ['y', '../x', 'x/../x', ''])
    await assert.rejects(quickEntry({ folder, name, cache: temporaryFolder(t) }), { code: 'entry-unknown' });
});

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { brotliCompressSync } from 'node:zlib';
import tar from 'tar-stream';
import { unpackedCatalog } from '../../src/catalog/packed-catalog.ts';

const work = mkdtempSync(path.join(tmpdir(), 'mcpcat-packed-'));
after(() => rmSync(work, { recursive: true, force: true }));

let packages = 0;

/** A package's `packed` folder with an archive of these files; resolves to its catalog.json. */
async function packageOf(
  files: Readonly<Record<string, string>>,
  type: 'file' | 'symlink' = 'file',
): Promise<string> {
  const folder = path.join(work, `package-${String(packages++)}`);
  mkdirSync(folder, { recursive: true });
  const pack = tar.pack();
  for (const [name, content] of Object.entries(files))
    if (type === 'file') pack.entry({ name }, content);
    else pack.entry({ name, type, linkname: content });
  pack.finalize();
  writeFileSync(path.join(folder, 'catalog.tar.br'), brotliCompressSync(await buffer(pack)));
  return path.join(folder, 'catalog.json');
}

const newCache = (): string => mkdtempSync(path.join(work, 'cache-'));

test('entries are unpacked with their tools, into a folder named after the content', async () => {
  const catalogJson = await packageOf({
    'time/server.yaml': 'name: time',
    'time/lock.json': '{}',
    'time/tools.json': '{"tools": []}',
    'other/server.yaml': '',
  });
  const cache = newCache();
  const folder = await unpackedCatalog(catalogJson, cache);
  const archive = readFileSync(path.join(path.dirname(catalogJson), 'catalog.tar.br'));
  assert.equal(path.basename(folder), createHash('sha256').update(archive).digest('hex').slice(0, 32));
  assert.deepEqual(readdirSync(path.join(folder, 'time')).sort(), ['lock.json', 'server.yaml', 'tools.json']);
  assert.deepEqual(readdirSync(path.join(folder, 'other')), ['server.yaml']);
  assert.deepEqual(readdirSync(path.join(cache, 'catalog')), [path.basename(folder)]);
});

test('many at once get one folder, and the next one finds it', async () => {
  const catalogJson = await packageOf({ 'time/server.yaml': 'name: time' });
  const cache = newCache();
  const folders = await Promise.all(Array.from({ length: 5 }, () => unpackedCatalog(catalogJson, cache)));
  assert.equal(new Set(folders).size, 1);
  assert.equal(readdirSync(path.join(cache, 'catalog')).length, 1);
  const [folder = ''] = folders;
  writeFileSync(path.join(folder, 'mark'), '');
  await unpackedCatalog(catalogJson, cache);
  assert.ok(readdirSync(folder).includes('mark'), 'it was not unpacked again');
});

for (const [what, name, type] of [
  ['a path that leads out', '../out/server.yaml', 'file'],
  ['an absolute path', '/time/server.yaml', 'file'],
  ['a folder too deep', 'time/deep/server.yaml', 'file'],
  ['a link', 'time/server.yaml', 'symlink'],
] as const)
  test(`an archive with ${what} is refused and leaves nothing`, async () => {
    const catalogJson = await packageOf({ [name]: '/etc/passwd' }, type);
    const cache = newCache();
    await assert.rejects(unpackedCatalog(catalogJson, cache), { code: 'io-failed' });
    assert.deepEqual(readdirSync(path.join(cache, 'catalog')), []);
  });

test('an archive that is cut off leaves nothing', async () => {
  const catalogJson = await packageOf({ 'time/server.yaml': 'name: time'.repeat(1000) });
  const file = path.join(path.dirname(catalogJson), 'catalog.tar.br');
  writeFileSync(file, readFileSync(file).subarray(0, 40));
  const cache = newCache();
  await assert.rejects(unpackedCatalog(catalogJson, cache));
  assert.deepEqual(readdirSync(path.join(cache, 'catalog')), []);
});

test('a package without its archive says what to do', async () => {
  await assert.rejects(unpackedCatalog(path.join(work, 'nowhere/catalog.json'), newCache()), {
    code: 'io-failed',
    hint: 'install mcpcat again',
  });
});

test('what other releases left is removed when it was not used for a month', async () => {
  const cache = newCache();
  for (const [name, days] of [
    ['old', 31],
    ['recent', 2],
  ] as const) {
    const folder = path.join(cache, 'catalog', name);
    mkdirSync(folder, { recursive: true });
    const at = Date.now() / 1000 - days * 86_400;
    utimesSync(folder, at, at);
  }
  const folder = await unpackedCatalog(await packageOf({ 'time/server.yaml': '' }), cache);
  assert.deepEqual(readdirSync(path.join(cache, 'catalog')).sort(), [path.basename(folder), 'recent'].sort());
});

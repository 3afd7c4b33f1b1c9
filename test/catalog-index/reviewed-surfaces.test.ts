import assert from 'node:assert/strict';
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { brotliCompressSync } from 'node:zlib';
import tar from 'tar-stream';
import { gatherCatalogIndex } from '../../src/catalog-index/gather.ts';
import { reviewedSurfaces } from '../../src/catalog-index/reviewed-surfaces.ts';
import { jsonText } from '../../src/lib/folders.ts';
import { Remembered } from '../../src/lib/remembered.ts';
import { surfaceText } from '../../src/surface/surface-text.ts';
import { surfaceSha256 } from '../../src/surface/tools-of.ts';
import { loopback } from '../fetch/loopback.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { aSurface } from '../surface/surfaces.ts';
import { proofText, serverFiles, trust } from './rig.ts';

const surface = aSurface();
const files = {
  ...serverFiles('x'),
  'x/surface.json': surfaceText(surface),
  'x/proof.json': proofText({ surface: surfaceSha256(surface) }),
};
const tampered = surfaceText(aSurface({}, { instructions: 'Obey.' }));
const say = (line: string): void => assert.fail(line);

test('of a folder it is the surface that the proof has seen, no other one and none without a proof', async (t) => {
  const folder = temporaryFolder(t, { ...files, ...serverFiles('y'), 'y/surface.json': tampered });
  const surfaceOf = reviewedSurfaces({ trust, source: { kind: 'folder', folder }, cache: folder, say });
  assert.deepEqual(await surfaceOf('x'), surface);
  assert.equal(await surfaceOf('y'), undefined, 'its proof has seen none');
  assert.equal(await surfaceOf('z'), undefined);
  writeFileSync(path.join(folder, 'x/surface.json'), tampered);
  await assert.rejects(surfaceOf('x'), {
    code: 'entry-invalid',
    message: /x.surface\.json: expected sha256 [0-9a-f]{64}, as its proof has seen it, found [0-9a-f]{64}$/,
  });
});

test('of a package it comes from the archive of the entries, with the same care', async (t) => {
  const pack = tar.pack();
  for (const [name, text] of Object.entries(files)) pack.entry({ name }, text);
  pack.entry({ name: 'bad/surface.json' }, tampered);
  pack.entry({ name: 'bad/proof.json' }, files['x/proof.json']);
  pack.finalize();
  const folder = temporaryFolder(t, { 'catalog.tools/x.json': '{}', 'catalog.json': 'not read' });
  writeFileSync(path.join(folder, 'catalog.tar.br'), brotliCompressSync(await buffer(pack)));
  const source = { kind: 'file', file: path.join(folder, 'catalog.json') } as const;
  const surfaceOf = reviewedSurfaces({ trust, source, cache: temporaryFolder(t), say });
  assert.deepEqual(await Promise.all(['x', 'x', 'z'].map(surfaceOf)), [surface, surface, undefined]);
  await assert.rejects(surfaceOf('bad'), { code: 'entry-invalid' });
});

async function archiveOf(entries: Readonly<Record<string, string>>): Promise<Buffer> {
  const pack = tar.pack();
  for (const [name, text] of Object.entries(entries)) pack.entry({ name }, text);
  pack.finalize();
  return brotliCompressSync(await buffer(pack));
}

test('where a package was unpacked is remembered, for as long as folder and archive are there and the same', async (t) => {
  const folder = temporaryFolder(t, { 'catalog.json': 'not read' });
  const archive = path.join(folder, 'catalog.tar.br');
  writeFileSync(archive, await archiveOf(files));
  // As if nothing had been written for a minute.
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 60_000 });
  const source = { kind: 'file', file: path.join(folder, 'catalog.json') } as const;
  const cache = temporaryFolder(t);
  const kept = path.join(cache, 'kept.json');
  const now = async (): Promise<unknown> => {
    const folders = new Remembered<string>({ file: kept, version: '1', owns: () => true });
    const found = await reviewedSurfaces({ trust, source, cache, say, folders })('x');
    await turn();
    return found;
  };
  assert.deepEqual(await now(), surface);
  const [unpacked = ''] = readdirSync(path.join(cache, 'catalog'));
  assert.match(readFileSync(kept, 'utf8'), new RegExp(unpacked));
  assert.deepEqual(await now(), surface);
  const other = aSurface({}, { instructions: 'Be kind.' });
  const changed = {
    ...files,
    'x/surface.json': surfaceText(other),
    'x/proof.json': proofText({ surface: surfaceSha256(other) }),
  };
  // Another release is another file; this process has unpacked the one before.
  writeFileSync(`${archive}.new`, await archiveOf(changed));
  renameSync(`${archive}.new`, archive);
  const elsewhere = temporaryFolder(t);
  const folders = new Remembered<string>({ file: kept, version: '1', owns: () => true });
  assert.deepEqual(
    await reviewedSurfaces({ trust, source, cache: elsewhere, say, folders })('x'),
    other,
    'not what was unpacked before',
  );
  await turn();
  const again = new Remembered<string>({ file: kept, version: '1', owns: () => true });
  for (const name of readdirSync(path.join(elsewhere, 'catalog')))
    rmSync(path.join(elsewhere, 'catalog', name), { recursive: true });
  const third = temporaryFolder(t);
  assert.deepEqual(
    await reviewedSurfaces({ trust, source, cache: third, say, folders: again })('x'),
    other,
    'unpacked anew where it is gone',
  );
});

test('of a catalog.json it is the one with the hash that stands there; the catalog.json is read once', async (t) => {
  const folder = temporaryFolder(t, files);
  const { catalogIndex } = await gatherCatalogIndex(folder);
  const texts: Readonly<Record<string, string>> = {
    '/catalog.json': jsonText(catalogIndex),
    '/catalog.tools/x.surface.json': files['x/surface.json'],
  };
  const server = await loopback(t, ({ url }, response) => response.end(texts[url ?? '']));
  const there = { kind: 'url', url: `${server.url}/catalog.json` } as const;
  const remote = reviewedSurfaces({ trust, source: there, cache: temporaryFolder(t), say });
  assert.deepEqual(await Promise.all(['x', 'constructor'].map(remote)), [surface, undefined]);
  assert.deepEqual([...server.requests].sort(), ['/catalog.json', '/catalog.tools/x.surface.json']);
  const beside = temporaryFolder(t, {
    'catalog.json': jsonText(catalogIndex),
    'catalog.tools/x.surface.json': tampered,
  });
  const source = { kind: 'file', file: path.join(beside, 'catalog.json') } as const;
  await assert.rejects(reviewedSurfaces({ trust, source, cache: beside, say })('x'), {
    code: 'entry-invalid',
  });
});

import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { brotliCompressSync } from 'node:zlib';
import tar from 'tar-stream';
import { openSurface } from '../../src/catalog-index/open-surface.ts';
import { surfaceText } from '../../src/surface/surface-text.ts';
import { surfaceSha256 } from '../../src/surface/tools-of.ts';
import { loopback } from '../fetch/loopback.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { aSurface } from '../surface/surfaces.ts';

const surface = aSurface();
const text = surfaceText(surface);
const other = surfaceText(aSurface({}, { instructions: 'Obey.' }));
const listed = { name: 'x', surface: { sha256: surfaceSha256(surface) } };
const catalogIndex = { toolsFolder: 'catalog.tools' };

test('a surface is read beside the file, or in the folder of its entry, held against its hash', async (t) => {
  const folder = temporaryFolder(t, { 'catalog.tools/x.surface.json': text, 'catalog/x/surface.json': text });
  const file = { kind: 'file', file: path.join(folder, 'catalog.json') } as const;
  const entries = { kind: 'folder', folder: path.join(folder, 'catalog') } as const;
  const cache = temporaryFolder(t);
  for (const [source, place] of [
    [file, 'catalog.tools/x.surface.json'],
    [entries, 'catalog/x/surface.json'],
  ] as const) {
    const request = { source, catalogIndex, cache };
    assert.deepEqual(await openSurface(listed, request), surface);
    assert.equal(await openSurface({ name: 'y', surface: null }, request), undefined);
    writeFileSync(path.join(folder, place), other);
    await assert.rejects(openSurface(listed, request), {
      code: 'entry-invalid',
      message: /x.*surface\.json: expected sha256 [0-9a-f]{64}, found [0-9a-f]{64}$/,
    });
    rmSync(path.join(folder, place));
    await assert.rejects(openSurface(listed, request), { code: 'io-failed' });
  }
});

test('at an address it is asked for once, by the hash; another one is refused and not kept', async (t) => {
  const now = { text: other };
  const server = await loopback(t, (_, response) => response.end(now.text));
  const cache = temporaryFolder(t);
  const source = { kind: 'url', url: `${server.url}/a/catalog.json` } as const;
  const request = { source, catalogIndex, cache };
  await assert.rejects(openSurface(listed, request), { code: 'entry-invalid' });
  now.text = text;
  assert.deepEqual(await openSurface(listed, request), surface);
  now.text = other;
  assert.deepEqual(await openSurface(listed, request), surface);
  assert.deepEqual(server.requests, ['/a/catalog.tools/x.surface.json', '/a/catalog.tools/x.surface.json']);
});

test('of a package it comes from the archive of the entries', async (t) => {
  const pack = tar.pack();
  pack.entry({ name: 'x/surface.json' }, text);
  pack.finalize();
  const folder = temporaryFolder(t, { 'catalog.tools/x.json': '{}' });
  writeFileSync(path.join(folder, 'catalog.tar.br'), brotliCompressSync(await buffer(pack)));
  const source = { kind: 'file', file: path.join(folder, 'catalog.json') } as const;
  const request = { source, catalogIndex, cache: temporaryFolder(t) };
  assert.deepEqual(await openSurface(listed, request), surface);
});

import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { loadCatalog } from '../../src/catalog/load.ts';
import { gatherCatalogIndex } from '../../src/catalog-index/gather.ts';
import { catalogIndexSchemaText } from '../../src/catalog-index/json-schema.ts';
import { catalogIndexText } from '../../src/catalog-index/catalog-index.ts';
import { entryOf, parseCatalogIndex } from '../../src/catalog-index/parse-catalog-index.ts';
import { jsonText } from '../../src/lib/folders.ts';
import { problemText } from '../../src/catalog/problem.ts';
import { surfaceText } from '../../src/surface/surface-text.ts';
import { surfaceSha256, toolsOf } from '../../src/surface/tools-of.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { aSurface } from '../surface/surfaces.ts';
import { toolsSha256 } from '../../src/catalog-index/tools-text.ts';
import { fingerprint, imageText, proofText, serverFiles, toolsText } from './rig.ts';

const project = path.resolve(import.meta.dirname, '../..');
const now = (): Promise<Record<string, string>> =>
  Promise.resolve({ 'linux/amd64': fingerprint, 'linux/arm64': '0'.repeat(64) });

test('a server with lock, tools, proof and image is listed whole', async (t) => {
  const folder = temporaryFolder(t, serverFiles('x'));
  const { catalogIndex, tools, problems } = await gatherCatalogIndex(folder, now);
  assert.deepEqual(problems, []);
  const server = catalogIndex.servers['x'];
  assert.equal(server?.version, '1.0.0');
  assert.equal(server.freshness.released, '2026-10-01T00:00:00Z');
  assert.equal(server.image?.reference, `registry.example.com/mcpcat/x@sha256:${'a'.repeat(64)}`);
  assert.deepEqual([...tools], [['x', toolsText]]);
  assert.deepEqual(server.tools, { count: 1, sha256: toolsSha256(toolsText) });
  assert.equal(server.proof?.initializeMs, 400);
  assert.deepEqual([server.status, server.reason, server.provedOn], ['proved', null, 'linux/amd64']);
});

test('the same catalog gives the same bytes, sorted, whatever the order of the files', async (t) => {
  const names = ['b', 'a', 'c-1', 'c'];
  const files = (order: readonly string[]): Record<string, string> =>
    Object.assign({}, ...order.map((name) => serverFiles(name))) as Record<string, string>;
  const first = await gatherCatalogIndex(temporaryFolder(t, files(names)), now);
  const second = await gatherCatalogIndex(temporaryFolder(t, files(names.toReversed())), now);
  assert.equal(catalogIndexText(first.catalogIndex), catalogIndexText(second.catalogIndex));
  assert.deepEqual(Object.keys(first.catalogIndex.servers), ['a', 'b', 'c', 'c-1']);
});

test('a broken entry and broken files beside one are problems, and the rest is listed', async (t) => {
  const folder = temporaryFolder(t, {
    ...serverFiles('whole'),
    ...serverFiles('half'),
    ...serverFiles('broken', 'nope: 1\n'),
    'half/proof.json': '{"proofVersion": 2,',
    'half/image.json': imageText({ digest: 'sha256:short' }),
    'half/tools.json': '{"tools": [{"name": 1}]}',
  });
  const { catalogIndex, problems } = await gatherCatalogIndex(folder, now);
  assert.deepEqual(Object.keys(catalogIndex.servers), ['half', 'whole']);
  assert.deepEqual(problems.map(({ file }) => path.relative(folder, file)).toSorted(), [
    'broken/server.yaml',
    'half/image.json',
    'half/proof.json',
    'half/tools.json',
  ]);
  const half = catalogIndex.servers['half'];
  assert.deepEqual([half?.image, half?.tools, half?.proof, half?.status], [null, null, null, 'unproved']);
});

test('a server whose context can not be generated is a problem of its own', async (t) => {
  const folder = temporaryFolder(t, { ...serverFiles('x'), ...serverFiles('y') });
  const { catalogIndex, problems } = await gatherCatalogIndex(folder, ({ entry }) =>
    entry.name === 'x' ? Promise.reject(new Error('no package-lock.json')) : now(),
  );
  assert.deepEqual(
    problems.map(({ message }) => message),
    ['no package-lock.json'],
  );
  assert.deepEqual(
    [catalogIndex.servers['x']?.status, catalogIndex.servers['y']?.status],
    ['stale', 'proved'],
  );
});

const changes: Readonly<Record<string, readonly [file: string, text: string | undefined, status: string]>> = {
  'no lock': ['lock.json', undefined, 'unproved'],
  'no proof': ['proof.json', undefined, 'unproved'],
  'a proof of an older version': ['proof.json', proofText({ proofVersion: 1 }), 'unproved'],
  'a proof of other permissions': [
    'proof.json',
    proofText({ permissions: { network: ['example.com'], mounts: [], state: [], writable: ['/tmp'] } }),
    'stale',
  ],
  'a proof of another fingerprint': [
    'proof.json',
    proofText({ image: { id: 'sha256:1', fingerprint: 'e'.repeat(64) } }),
    'stale',
  ],
  'a proof without fingerprint': [
    'proof.json',
    proofText({ image: { id: 'x', fingerprint: null } }),
    'stale',
  ],
  'an image of another fingerprint': [
    'image.json',
    imageText({
      platforms: {
        'linux/amd64': {
          digest: `sha256:${'b'.repeat(64)}`,
          fingerprint: 'e'.repeat(64),
          compressedBytes: 1,
          bytes: 2,
        },
      },
    }),
    'stale',
  ],
  'no image': ['image.json', undefined, 'proved'],
};
for (const [what, [file, text, status]] of Object.entries(changes))
  test(`a server with ${what} is ${status}`, async (t) => {
    const folder = temporaryFolder(t, serverFiles('x'));
    const target = path.join(folder, 'x', file);
    if (text === undefined) rmSync(target);
    else writeFileSync(target, text);
    const { catalogIndex } = await gatherCatalogIndex(folder, now);
    assert.equal(catalogIndex.servers['x']?.status, status);
    assert.equal(catalogIndex.servers['x'].reason === null, status === 'proved');
  });

test('what is listed of the whole catalog is read back as the very entries', async () => {
  const folder = path.join(project, 'catalog');
  const { servers } = await loadCatalog(folder);
  const { catalogIndex } = await gatherCatalogIndex(folder);
  const read = parseCatalogIndex(catalogIndexText(catalogIndex), 'catalog.json');
  assert.ok(servers.size >= 16);
  for (const { entry } of servers.values()) {
    const listed = read.servers[entry.name];
    assert.ok(listed, entry.name);
    assert.deepEqual(entryOf(listed), entry);
  }
});

test('the committed schema is what the code says (scripts/generate-schema.ts writes it)', () => {
  assert.equal(readFileSync(path.join(project, 'catalog.schema.json'), 'utf8'), catalogIndexSchemaText());
});

const surface = aSurface();

test('a surface is listed where the proof has seen exactly that one', async (t) => {
  const files = {
    ...serverFiles('x'),
    'x/surface.json': surfaceText(surface),
    'x/proof.json': proofText({ surface: surfaceSha256(surface) }),
    'x/tools.json': jsonText({ tools: toolsOf(surface) }),
  };
  const folder = temporaryFolder(t, files);
  const gathered = async (): Promise<readonly unknown[]> => {
    const { catalogIndex, surfaces, problems } = await gatherCatalogIndex(folder, now);
    const x = catalogIndex.servers['x'];
    return [x?.status, x?.surface, surfaces.get('x'), problems.map(({ message }) => message)];
  };
  assert.deepEqual(await gathered(), [
    'proved',
    { sha256: surfaceSha256(surface) },
    files['x/surface.json'],
    [],
  ]);
  const tampered = surfaceText(aSurface({}, { instructions: 'Obey.' }));
  writeFileSync(path.join(folder, 'x/surface.json'), tampered);
  assert.deepEqual(await gathered(), ['stale', null, undefined, []]);
  writeFileSync(path.join(folder, 'x/surface.json'), `${tampered} `);
  const [status, listed, , [problem]] = (await gathered()) as [string, unknown, unknown, string[]];
  assert.deepEqual([status, listed], ['stale', null]);
  assert.match(problem ?? '', /surface\.json:\d+:1: expected the form in which it was recorded/);
  rmSync(path.join(folder, 'x/surface.json'));
  assert.deepEqual(await gathered(), ['stale', null, undefined, []]);
  writeFileSync(path.join(folder, 'x/proof.json'), proofText());
  assert.deepEqual(await gathered(), ['proved', null, undefined, []]);
  writeFileSync(path.join(folder, 'x/surface.json'), files['x/surface.json']);
  assert.deepEqual(await gathered(), ['proved', null, undefined, []], 'no proof has seen it');
});

test('the tools that are listed are those of the surface, whatever tools.json says', async (t) => {
  const folder = temporaryFolder(t, {
    ...serverFiles('x'),
    'x/surface.json': surfaceText(surface),
    'x/proof.json': proofText({ surface: surfaceSha256(surface) }),
  });
  const { tools, problems, catalogIndex } = await gatherCatalogIndex(folder, now);
  const text = jsonText({ tools: toolsOf(surface) });
  assert.equal(tools.get('x'), text);
  assert.deepEqual(catalogIndex.servers['x']?.tools, { count: 2, sha256: toolsSha256(text) });
  assert.match(problems.map(problemText).join(), /tools\.json: expected the tools of surface\.json/);
  rmSync(path.join(folder, 'x/tools.json'));
  const without = await gatherCatalogIndex(folder, now);
  assert.deepEqual([without.tools.get('x'), without.problems], [text, []]);
});

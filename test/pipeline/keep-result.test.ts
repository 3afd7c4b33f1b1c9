import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { readHistory } from '../../src/catalog/history.ts';
import { parseEntry } from '../../src/catalog/parse-entry.ts';
import { readProof } from '../../src/catalog/proof.ts';
import { jsonText } from '../../src/lib/folders.ts';
import { label } from '../../src/lib/labels.ts';
import { keepProof, keepResult, reviewedOffer } from '../../src/pipeline/keep-result.ts';
import { proofOf, type Proving } from '../../src/smoke/proof-of.ts';
import type { SmokeResult } from '../../src/smoke/smoke-test.ts';
import { readSurfaceFile } from '../../src/surface/read-surface.ts';
import { surfaceText } from '../../src/surface/surface-text.ts';
import { entryText, lockText } from '../catalog/entry-text.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { aSurface } from '../surface/surfaces.ts';

const { entry } = parseEntry('server.yaml', entryText('x'), 'x');
assert.ok(entry);
const image = {
  id: 'sha256:1',
  bytes: 1,
  labels: { [label.fingerprint]: 'f1' },
} as unknown as Proving['image'];
const proving: Proving = {
  entry,
  image,
  engine: { name: 'docker', version: '28.1.0' } as Proving['engine'],
  verified: { works: 1, refused: 36 },
  tools: 3,
  checks: ['handshake', 'permissions'],
  measured: { initializeMs: 412.4, memoryBytes: 40_000_000, exitMs: undefined },
  date: new Date('2026-11-27T23:00:00Z'),
};
const proof = proofOf(proving);
const old = { name: 'ask', description: 'Asks.', schema: 'c'.repeat(64) };
const other = { ...old, description: 'Asks more.' };

/** What `smokeTest` hands over, of which only this is kept. */
function result(changes: Partial<SmokeResult>): SmokeResult {
  return { report: {} as SmokeResult['report'], image, tools: [old], surface: aSurface(), proof, ...changes };
}
const toolsIn = (folder: string): string => readFileSync(path.join(folder, 'tools.json'), 'utf8');

test('a proof holds whole measurements, the day, and null for what could not be measured', () => {
  assert.equal(proof.proofVersion, 2);
  assert.deepEqual(
    [proof.date, proof.initializeMs, proof.memoryBytes, proof.exitMs, proof.checks],
    ['2026-11-27', 412, 40_000_000, null, ['handshake', 'permissions']],
  );
});

test('a first result writes tools and proof; tools that were reviewed are kept, unless they are to be replaced', async (t) => {
  const folder = temporaryFolder(t);
  await keepResult(folder, result({}), 'kept');
  assert.equal(toolsIn(folder), jsonText({ tools: [old] }));
  assert.deepEqual(await readProof(folder), proof);
  await keepResult(folder, result({ tools: [other] }), 'kept');
  assert.equal(toolsIn(folder), jsonText({ tools: [old] }));
  assert.deepEqual(await reviewedOffer(folder, 'kept'), { reviewed: [old], reviewedSurface: aSurface() });
  assert.deepEqual(await reviewedOffer(folder, 'replaced'), {
    reviewed: undefined,
    reviewedSurface: undefined,
  });
  await keepResult(folder, result({ tools: [other] }), 'replaced');
  assert.equal(toolsIn(folder), jsonText({ tools: [other] }));
});

test('a test that failed writes nothing, and takes back a proof of that image alone', async (t) => {
  const folder = temporaryFolder(t);
  await keepResult(folder, result({ proof: undefined, tools: [other] }), 'replaced');
  assert.deepEqual(
    [existsSync(path.join(folder, 'tools.json')), await readProof(folder), await readSurfaceFile(folder)],
    [false, undefined, undefined],
  );
  await keepResult(folder, result({}), 'kept');
  const another = { ...image, id: 'sha256:2', labels: { [label.fingerprint]: 'f2' } };
  await keepResult(folder, result({ proof: undefined, image: another }), 'kept');
  assert.deepEqual(await readProof(folder), proof);
  await keepResult(folder, result({ proof: undefined }), 'kept');
  assert.equal(await readProof(folder), undefined);
  assert.equal(toolsIn(folder), jsonText({ tools: [old] }));
});

test('a damaged tools.json is no missing review: it stays, and it is said', async (t) => {
  const folder = temporaryFolder(t, { 'tools.json': '{"tools": [' });
  const expected = {
    code: 'entry-invalid',
    message: /tools\.json: expected tools as mcpcat test writes them/,
  };
  await assert.rejects(reviewedOffer(folder, 'kept'), expected);
  await assert.rejects(keepResult(folder, result({}), 'kept'), expected);
  assert.equal(toolsIn(folder), '{"tools": [');
  await keepResult(folder, result({}), 'replaced');
  assert.equal(toolsIn(folder), jsonText({ tools: [old] }));
});

test('the surface is written with the proof; one that can not be recorded takes the old one away', async (t) => {
  const folder = temporaryFolder(t);
  const surface = aSurface({ dependsOn: 'settings' });
  await keepResult(folder, result({ surface }), 'kept');
  assert.equal(readFileSync(path.join(folder, 'surface.json'), 'utf8'), surfaceText(surface));
  await keepResult(folder, result({ proof: undefined }), 'kept');
  assert.deepEqual(await readSurfaceFile(folder), surface);
  await keepResult(folder, result({ surface: undefined }), 'kept');
  assert.equal(await readSurfaceFile(folder), undefined);
});

test('a proof that differs only in its day, its measurements and the name of the image is left as it is', async (t) => {
  const folder = temporaryFolder(t);
  await keepProof(folder, { ...proof, date: '2026-01-01' });
  const file = path.join(folder, 'proof.json');
  const before = readFileSync(file, 'utf8');
  const measured = { initializeMs: 1, memoryBytes: undefined, exitMs: 7 };
  await keepProof(folder, proofOf({ ...proving, image: { ...image, id: 'sha256:2' }, measured }));
  assert.equal(readFileSync(file, 'utf8'), before);
});

for (const [what, changed] of Object.entries({
  'another fingerprint': { image: { id: 'sha256:1', labels: { [label.fingerprint]: 'f2' } } },
  'one tool more': { tools: 4 },
  'the hash of a surface': { surface: 'd'.repeat(64) },
  'one check less': { checks: ['handshake'] },
  'one way around less': { verified: { works: 1, refused: 35 } },
}))
  test(`a proof with ${what} takes the place of the old one`, async (t) => {
    const folder = temporaryFolder(t);
    await keepProof(folder, proof);
    const before = readFileSync(path.join(folder, 'proof.json'), 'utf8');
    await keepProof(folder, proofOf({ ...proving, ...(changed as Partial<Proving>) }));
    assert.notEqual(readFileSync(path.join(folder, 'proof.json'), 'utf8'), before);
  });

test('a proof of an older version proves nothing and is replaced', async (t) => {
  const folder = temporaryFolder(t);
  await keepProof(folder, proof);
  const file = path.join(folder, 'proof.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace('"proofVersion": 2', '"proofVersion": 1'));
  assert.equal(await readProof(folder), undefined);
  await keepProof(folder, proof);
  assert.equal((await readProof(folder))?.proofVersion, 2);
});

test('how tools differ from those of the release before is kept beside the proof, and only where something is new', async (t) => {
  const folder = temporaryFolder(t, { 'lock.json': lockText({ version: '1.0.0' }) });
  await keepResult(folder, result({}), 'kept');
  const first = await readHistory(folder);
  assert.deepEqual(
    first.map(({ version, date, changes }) => [version, date, changes]),
    [['1.0.0', proof.date, null]],
  );
  await keepResult(folder, result({ proof: { ...proof, date: '2026-12-01' } }), 'replaced');
  assert.deepEqual(await readHistory(folder), first);
  writeFileSync(path.join(folder, 'lock.json'), lockText({ version: '1.1.0' }));
  await keepResult(folder, result({ tools: [other] }), 'replaced');
  assert.deepEqual((await readHistory(folder)).at(-1)?.changes, { added: [], removed: [], changed: ['ask'] });
  await keepResult(temporaryFolder(t), result({}), 'kept');
});

test('a history that is damaged stops a result before anything is written', async (t) => {
  const folder = temporaryFolder(t, { 'lock.json': lockText(), 'history.json': '{' });
  await assert.rejects(keepResult(folder, result({}), 'kept'), { code: 'entry-invalid' });
  assert.ok(!existsSync(path.join(folder, 'proof.json')));
});

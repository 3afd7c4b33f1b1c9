import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { agreedPackages, parseDealt, type Dealt } from '../../src/publish/agreed.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { imageText, proofText } from '../catalog-index/rig.ts';

const dealt: readonly Dealt[] = [
  { shard: 1, names: ['a', 'b'] },
  { shard: 2, names: ['b', 'c'] },
  { shard: 3, names: ['c', 'a'] },
];
const record = imageText();

/** What three honest jobs have saved, and a way to change it. */
function jobs(t: TestContext) {
  const folder = temporaryFolder(t);
  const save = (shard: number, name: string, { image = record, proof = proofText() } = {}): void => {
    const place = path.join(folder, `built-${String(shard)}`, name);
    mkdirSync(place, { recursive: true });
    writeFileSync(path.join(place, 'image.json'), image);
    writeFileSync(path.join(place, 'proof.json'), proof);
  };
  for (const { shard, names } of dealt) for (const name of names) save(shard, name);
  const drop = (...parts: readonly string[]): void =>
    rmSync(path.join(folder, ...parts), { recursive: true, force: true });
  const verdicts = async (matrix = dealt) =>
    (await agreedPackages(folder, matrix)).map((verdict) =>
      'folder' in verdict
        ? [verdict.name, path.relative(folder, verdict.folder)]
        : [verdict.name, verdict.refusal.code, verdict.refusal.message],
    );
  return { save, drop, verdicts };
}

const honest = [
  ['a', 'built-1'],
  ['b', 'built-1'],
  ['c', 'built-2'],
];

test('what two jobs have built alike is taken', async (t) => {
  assert.deepEqual(await jobs(t).verdicts(), honest);
});

test('days and figures of a proof may differ', async (t) => {
  const { save, verdicts } = jobs(t);
  save(3, 'a', { proof: proofText({ date: '2026-11-02', initializeMs: 1, memoryBytes: 2, exitMs: null }) });
  assert.deepEqual(await verdicts(), honest);
});

test('a server that one job has not built or not verified is refused, the others are taken', async (t) => {
  const { drop, verdicts } = jobs(t);
  drop('built-3', 'a');
  drop('built-2', 'b', 'proof.json');
  drop('built-3', 'c', 'image.json');
  for (const [name, code, message] of await verdicts()) {
    assert.equal(code, 'image-unverified');
    assert.equal(message, `${String(name)}: expected it built and verified by 2 jobs, found 1`);
  }
});

test('a job that brought nothing at all is no reason to believe the other', async (t) => {
  const { drop, verdicts } = jobs(t);
  drop('built-3');
  assert.deepEqual(
    (await verdicts()).map(([name, code]) => [name, code]),
    [
      ['a', 'image-unverified'],
      ['b', 'built-1'],
      ['c', 'image-unverified'],
    ],
  );
});

const other = `sha256:${'e'.repeat(64)}`;
for (const [what, changed] of Object.entries({
  'another digest': { image: imageText({ digest: other }) },
  'other inputs': { image: imageText({ inputs: 'inputs-2' }) },
  'other images below the same digest': { image: imageText({ platforms: {} }) },
  'a proof of another image': { proof: proofText({ image: { id: 'x', fingerprint: 'e'.repeat(64) } }) },
  'a proof of other permissions': {
    proof: proofText({ permissions: { network: ['*'], mounts: [], state: [], writable: ['/tmp'] } }),
  },
}))
  test(`a server of which one job has ${what} is refused`, async (t) => {
    const { save, verdicts } = jobs(t);
    save(2, 'b', changed);
    const found = await verdicts();
    assert.deepEqual([found[0], found[2]], [honest[0], honest[2]]);
    assert.equal(found[1]?.[1], 'integrity-mismatch');
  });

test('a job brings only what it was dealt: whatever else is refused, and what was dealt to others is theirs', async (t) => {
  const { save, verdicts } = jobs(t);
  save(1, 'c', { image: imageText({ digest: other }) });
  save(1, 'github');
  save(4, 'a', { image: imageText({ digest: other }) });
  assert.deepEqual(await verdicts(), [
    ...honest,
    ['c', 'image-unverified', 'c: job 1 has brought it, and it was not dealt to that job'],
    ['github', 'image-unverified', 'github: job 1 has brought it, and it was not dealt to that job'],
    ['built-4', 'image-unverified', 'built-4: this folder belongs to no job that was planned'],
  ]);
});

test('what was dealt to one job alone is refused: nobody can be held against it', async (t) => {
  const { verdicts } = jobs(t);
  assert.deepEqual(
    (await verdicts([{ shard: 1, names: ['a'] }])).map(([name, code]) => [name, code]).slice(0, 1),
    [['a', 'image-unverified']],
  );
});

test('without any folder every server is refused', async (t) => {
  const { drop, verdicts } = jobs(t);
  drop();
  assert.deepEqual(
    (await verdicts()).map(([, code]) => code),
    ['image-unverified', 'image-unverified', 'image-unverified'],
  );
});

test('the matrix of plan is read, and anything else is refused', () => {
  const text = JSON.stringify({ include: [{ shard: 1, names: 'a b', estimateSeconds: 5 }] });
  assert.deepEqual(parseDealt(text), [{ shard: 1, names: ['a', 'b'] }]);
  for (const wrong of [
    '',
    '[]',
    '{}',
    '{"include": [{"shard": "1", "names": "a"}]}',
    '{"include": [{"shard": 0, "names": "a"}]}',
  ])
    assert.throws(() => parseDealt(wrong), { code: 'usage' });
});

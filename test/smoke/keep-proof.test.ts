import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { parseEntry } from '../../src/catalog/parse-entry.ts';
import { readProof } from '../../src/catalog/proof.ts';
import { label } from '../../src/lib/labels.ts';
import { keepProof, type ProofRequest } from '../../src/smoke/keep-proof.ts';
import { entryText } from '../catalog/entry-text.ts';
import { temporaryFolder } from '../lib/temporary.ts';

const { entry } = parseEntry('server.yaml', entryText('x'), 'x');
assert.ok(entry);

function request(folder: string, changed: Partial<ProofRequest> = {}): ProofRequest {
  assert.ok(entry);
  return {
    folder,
    entry,
    image: {
      id: 'sha256:1',
      bytes: 1,
      labels: { [label.fingerprint]: 'f1' },
    } as unknown as ProofRequest['image'],
    engine: { name: 'docker', version: '28.1.0' } as ProofRequest['engine'],
    proved: { works: 1, refused: 36 },
    tools: 3,
    checks: ['handshake', 'permissions'],
    measured: { initializeMs: 412.4, memoryBytes: 40_000_000, exitMs: undefined },
    ...changed,
  };
}

test('a proof holds whole measurements, and null for what could not be measured', async (t) => {
  const folder = temporaryFolder(t);
  await keepProof(request(folder));
  const proof = await readProof(folder);
  assert.equal(proof?.proofVersion, 2);
  assert.deepEqual(
    [proof.initializeMs, proof.memoryBytes, proof.exitMs, proof.checks],
    [412, 40_000_000, null, ['handshake', 'permissions']],
  );
});

test('a proof that differs only in its day, its measurements and the name of the image is left as it is', async (t) => {
  const folder = temporaryFolder(t);
  await keepProof(request(folder));
  const file = path.join(folder, 'proof.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/"date": "[^"]+"/, '"date": "2026-01-01"'));
  const before = readFileSync(file, 'utf8');
  const image = { ...request(folder).image, id: 'sha256:2' };
  await keepProof(
    request(folder, { image, measured: { initializeMs: 1, memoryBytes: undefined, exitMs: 7 } }),
  );
  assert.equal(readFileSync(file, 'utf8'), before);
});

for (const [what, changed] of Object.entries({
  'another fingerprint': { image: { id: 'sha256:1', labels: { [label.fingerprint]: 'f2' } } },
  'one tool more': { tools: 4 },
  'one check less': { checks: ['handshake'] },
  'one way around less': { proved: { works: 1, refused: 35 } },
}))
  test(`a proof with ${what} takes the place of the old one`, async (t) => {
    const folder = temporaryFolder(t);
    await keepProof(request(folder));
    const before = readFileSync(path.join(folder, 'proof.json'), 'utf8');
    await keepProof(request(folder, changed as Partial<ProofRequest>));
    assert.notEqual(readFileSync(path.join(folder, 'proof.json'), 'utf8'), before);
  });

test('a proof of an older version proves nothing and is replaced', async (t) => {
  const folder = temporaryFolder(t);
  await keepProof(request(folder));
  const file = path.join(folder, 'proof.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace('"proofVersion": 2', '"proofVersion": 1'));
  assert.equal(await readProof(folder), undefined);
  await keepProof(request(folder));
  assert.equal((await readProof(folder))?.proofVersion, 2);
});

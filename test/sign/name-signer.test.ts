import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { readSigning } from '../../src/attest/read-signing.ts';
import { nameSigner } from '../../src/sign/name-signer.ts';
import { temporaryFolder } from '../lib/temporary.ts';

const workflow = {
  identity: 'https://github.com/owner/repo/.github/workflows/rebuild.yml@refs/heads/main',
  issuer: 'https://token.actions.githubusercontent.com',
};

test('the first signer of a catalog is written down, and nobody takes its place', async (t) => {
  const folder = temporaryFolder(t);
  const file = await nameSigner(folder, workflow);
  assert.equal(file, path.join(folder, 'signing.json'));
  assert.deepEqual(readSigning(folder), workflow);
  assert.deepEqual(readdirSync(folder), ['signing.json']);
  assert.equal(await nameSigner(folder, { ...workflow, identity: 'https://other.example' }), undefined);
  assert.deepEqual(readSigning(folder), workflow);
});

test('a signing.json that nobody understands is not written over', async (t) => {
  const folder = temporaryFolder(t, { 'signing.json': '{"identity": ".*"}' });
  await assert.rejects(nameSigner(folder, workflow), { code: 'entry-invalid' });
  assert.equal(readFileSync(path.join(folder, 'signing.json'), 'utf8'), '{"identity": ".*"}');
});

import assert from 'node:assert/strict';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { loadBases } from '../../src/base/references.ts';
import { generateServer, type BuildEnvironment } from '../../src/image-build/build-server.ts';
import { loadServer } from '../../src/catalog/load.ts';
import { readProof } from '../../src/catalog/proof.ts';
import { jsonText } from '../../src/lib/folders.ts';
import { readProposal } from '../../src/pipeline/saved-proposal.ts';
import { temporaryFolder } from '../lib/temporary.ts';

const project = path.resolve(import.meta.dirname, '../..');
const templates = path.join(project, 'templates');
const platform = 'linux/amd64';

/** The entry `time` as it is, and a proposal for it that is whole; `read` reads one that was changed. */
async function rig(t: TestContext) {
  const root = temporaryFolder(t);
  const folder = path.join(root, 'catalog');
  cpSync(path.join(project, 'catalog/time'), path.join(folder, 'time'), { recursive: true });
  const buildEnvironment: BuildEnvironment = {
    bases: await loadBases(templates, platform),
    templates,
    platform,
  };
  const server = await loadServer(folder, 'time');
  const { fingerprint } = await generateServer(server, buildEnvironment);
  const old = await readProof(path.join(folder, 'time'));
  assert.ok(old);
  const proof = { ...old, image: { ...old.image, fingerprint } };
  const text = (file: string): string => readFileSync(path.join(folder, 'time', file), 'utf8');
  const files = { 'lock.json': text('lock.json'), 'proof.json': jsonText(proof) };
  const whole = { proposalVersion: 1, name: 'time', body: 'It is newer.', files };
  const read = (changed: object) => {
    writeFileSync(path.join(root, 'time.json'), jsonText({ ...whole, ...changed }));
    return readProposal(root, { server, buildEnvironment });
  };
  return { root, server, buildEnvironment, proof, files, text, read };
}

test('a proposal that is whole is read, and its title is made from its lock', async (t) => {
  const { read, files, server } = await rig(t);
  const { title, body, files: found } = await read({});
  assert.equal(title, `time ${server.lock?.version ?? ''}: dependencies`);
  assert.deepEqual([body, found], ['It is newer.', files]);
});

test('an update changes no other file than those that updates change', async (t) => {
  const { read, files, text } = await rig(t);
  for (const file of ['server.yaml', '../github/lock.json', 'image.json', '/etc/passwd', '.git/config'])
    await assert.rejects(read({ files: { ...files, [file]: text('server.yaml') } }), {
      code: 'entry-invalid',
      message: /expected what an update saves: its files and no others/,
    });
  await assert.rejects(read({ name: 'github' }), { code: 'entry-invalid' });
  await assert.rejects(read({ more: 1 }), { code: 'entry-invalid' });
});

test('a proof must be of what the lock is built into, with the permissions that the entry has', async (t) => {
  const { read, files, proof } = await rig(t);
  const other = { ...proof, image: { ...proof.image, fingerprint: 'e'.repeat(64) } };
  await assert.rejects(read({ files: { ...files, 'proof.json': jsonText(other) } }), {
    code: 'image-unverified',
  });
  const wide = { ...proof, permissions: { ...proof.permissions, network: ['*'] } };
  await assert.rejects(read({ files: { ...files, 'proof.json': jsonText(wide) } }), {
    code: 'image-unverified',
  });
  const lock = files['lock.json'].replace(/"version": "[^"]+"/, '"version": "99.0.0"');
  assert.notEqual(lock, files['lock.json']);
  await assert.rejects(read({ files: { ...files, 'lock.json': lock } }), { code: 'image-unverified' });
});

test('a lock or tools that can not be read are refused, and so is none at all', async (t) => {
  const { root, server, buildEnvironment, read, files } = await rig(t);
  await assert.rejects(read({ files: { ...files, 'lock.json': '{' } }), { code: 'entry-invalid' });
  await assert.rejects(read({ files: { ...files, 'tools.json': '{}' } }), { code: 'entry-invalid' });
  await assert.rejects(readProposal(path.join(root, 'nowhere'), { server, buildEnvironment }), {
    code: 'io-failed',
  });
});

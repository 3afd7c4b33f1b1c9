import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { readProof } from '../../src/catalog/proof.ts';
import { packServer } from '../../src/publish/package.ts';
import { releaseOf } from '../../src/publish/release.ts';
import { openPackage, savedNames, savePackage } from '../../src/publish/saved.ts';
import { listTags } from '../../src/registry/content/tags.ts';
import { client, openRegistry, type OpenRegistry } from '../registry/rig.ts';
import { engineWith, entryAt, files, publish, variant, type Entry } from './rig.ts';

let real: OpenRegistry;
let folder: string;
before(async () => {
  real = await openRegistry();
  folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-saved-'));
});
after(async () => {
  rmSync(folder, { recursive: true, force: true });
  await real[Symbol.asyncDispose]();
});

/** What the job that may not publish does. */
async function save(entry: Entry, place = folder): Promise<string> {
  await entry.prove();
  const engine = engineWith({ [variant.image]: { ...variant, files } });
  const release = releaseOf(await entry.server(), [variant]);
  await using content = await packServer(engine, { release, variants: [variant], emit: () => undefined });
  const proof = await readProof(entry.folder);
  assert.ok(proof);
  await savePackage(place, { name: 'echo', proof, content });
  return content.record.digest;
}

test('what one machine has built and verified another publishes, proof included', async () => {
  using builder = entryAt('1.2.3');
  const digest = await save(builder);
  assert.deepEqual(await savedNames(folder), ['echo']);
  using publisher = entryAt('1.2.3');
  const { content, proof } = await openPackage(folder, 'echo');
  const open = async (): Promise<typeof content> => Promise.resolve(content);
  const outcome = await publish(publisher, { registry: client(real.host), open, proof });
  assert.deepEqual([outcome.state, outcome.digest], ['published', digest]);
  assert.ok(publisher.files().includes('proof.json'));
  assert.equal((await publisher.record())?.digest, digest);
});

test('saved twice in two places it has the same files', async () => {
  using entry = entryAt('1.2.3');
  const other = path.join(folder, 'other-place');
  assert.equal(await save(entry), await save(entry, other));
  const list = (place: string): string[] => readdirSync(place, { recursive: true, encoding: 'utf8' }).sort();
  assert.deepEqual(list(path.join(other, 'echo')), list(path.join(folder, 'echo')));
  rmSync(other, { recursive: true });
});

test('a saved blob that was changed is refused before anything is sent', async () => {
  using entry = entryAt('9.0.0');
  await save(entry);
  const blobs = path.join(folder, 'echo', 'blobs', 'sha256');
  for (const name of readdirSync(blobs)) {
    const file = path.join(blobs, name);
    const whole = readFileSync(file);
    const changed = Buffer.from(whole);
    changed.writeUInt8(changed.readUInt8(changed.length - 1) ^ 1, changed.length - 1);
    writeFileSync(file, changed);
    await assert.rejects(openPackage(folder, 'echo'), { code: 'integrity-mismatch' });
    rmSync(file);
    await assert.rejects(openPackage(folder, 'echo'), { code: 'io-failed' });
    writeFileSync(file, whole);
  }
  await openPackage(folder, 'echo');
});

test('a saved image of something else than the entry is now is refused', async () => {
  using builder = entryAt('1.2.3');
  await save(builder);
  const { content, proof } = await openPackage(folder, 'echo');
  const open = async (): Promise<typeof content> => Promise.resolve(content);
  using entry = entryAt('1.2.3');
  const now = { ...variant, fingerprint: 'f9' } as const;
  const request = { registry: client(real.host), open, proof, variants: [now] } as const;
  await assert.rejects(publish(entry, request), { code: 'image-unverified' });
  const tags = await listTags(client(real.host), 'test/echo');
  assert.ok(!tags.includes('9.0.0'));
  assert.equal(await entry.record(), undefined);
});

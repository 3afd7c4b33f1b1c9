import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { predicateType } from '../../src/attest/predicates.ts';
import { RunProfile } from '../../src/attest/run-profile.ts';
import { TestResult } from '../../src/attest/test-result.ts';
import { verifiedStatement, type SignedStatement } from '../../src/attest/verify-statement.ts';
import { headManifest } from '../../src/registry/content/manifests.ts';
import { signerPolicy } from '../../src/attest/signer-policy.ts';
import { keySigner } from '../../src/sign/key.ts';
import { faultyProxy } from '../registry/proxy.ts';
import { client, openRegistry, type OpenRegistry } from '../registry/rig.ts';
import { entryAt, publish } from './rig.ts';
import { bundlesOf, emptyTrustedRoot, signingKey, signingOf, twoPlatforms } from './signed-image.ts';

let real: OpenRegistry;
before(async () => {
  real = await openRegistry();
});
after(() => real[Symbol.asyncDispose]());

const ours = keySigner(signingKey(), 'a test');

/** Everything that is said of a digest, each verified, by its type. */
async function saidOf(host: string, digest: string): Promise<ReadonlyMap<string, SignedStatement>> {
  const said = new Map<string, SignedStatement>();
  for (const { listed, text } of await bundlesOf(client(host), { digest })) {
    const type = listed.annotations?.['dev.sigstore.bundle.predicateType'] ?? '';
    assert.equal(listed.annotations?.['dev.sigstore.bundle.content'], 'dsse-envelope');
    const signer = signerPolicy(await ours.who());
    assert.ok(!said.has(type), `${type} twice`);
    const expected = { digest, predicateType: type, signer };
    said.set(type, verifiedStatement(text, { expected, trustedRoot: emptyTrustedRoot }));
  }
  return said;
}

const { signature, provenance, sbom, testResult, runProfile, vex } = predicateType;

test('what is published is signed: the index and each image, with what is true of it', async () => {
  await using own = await openRegistry();
  using entry = entryAt('1.2.3');
  await entry.prove();
  const signing = await signingOf(entry, ours);
  const { signed } = await publish(entry, { registry: client(own.host), ...twoPlatforms, signing });
  assert.match(signed?.by ?? '', /^the key sha256:/);
  assert.deepEqual([signed?.statements, signed?.signed], [6, 6]);
  const record = await entry.record();
  const platforms = record?.platforms ?? {};
  const index = await saidOf(own.host, record?.digest ?? '');
  const amd64 = await saidOf(own.host, platforms['linux/amd64']?.digest ?? '');
  const arm64 = await saidOf(own.host, platforms['linux/arm64']?.digest ?? '');
  const all = [provenance, runProfile, signature];
  assert.deepEqual([...index.keys()].sort(), [...all, testResult].sort());
  assert.deepEqual([...amd64.keys()].sort(), [...all, testResult, sbom].sort());
  assert.deepEqual([...arm64.keys()].sort(), [...all, sbom].sort(), 'nobody has tested it');
  const profile = RunProfile.parse(amd64.get(runProfile)?.statement.predicate);
  assert.equal(profile.server, 'echo');
  const result = TestResult.parse(index.get(testResult)?.statement.predicate);
  assert.equal(result.configuration[0]?.annotations.image.fingerprint, 'f1');
  assert.match(JSON.stringify(amd64.get(sbom)?.statement.predicate), /"purl":"pkg:npm\/echo@1\.2\.3"/);
  const text = JSON.stringify(index.get(provenance)?.statement.predicate);
  assert.match(text, /"name":"catalog\/echo\/lock\.json"/);
  assert.match(text, /"name":"templates\/base\/node\/lock\.json"/);
});

test('what is signed is not signed again; another signer, or other words, are', async () => {
  await using own = await openRegistry();
  using entry = entryAt('1.2.3');
  await entry.prove();
  const registry = client(own.host);
  const first = await publish(entry, { registry, signing: await signingOf(entry, ours) });
  const again = await publish(entry, { registry, signing: await signingOf(entry, ours) });
  assert.deepEqual([again.state, again.signed?.statements, again.signed?.signed], ['unchanged', 5, 0]);
  const earlier = await bundlesOf(client(own.host), { digest: first.digest });
  writeFileSync(path.join(entry.folder, 'vex.json'), vexText);
  const withVex = await publish(entry, { registry, signing: await signingOf(entry, ours) });
  assert.deepEqual([withVex.state, withVex.signed?.signed], ['unchanged', 1]);
  assert.ok((await saidOf(own.host, first.digest)).has(vex));
  const other = await publish(entry, {
    registry,
    signing: await signingOf(entry, keySigner(signingKey(), 'a test')),
  });
  assert.equal(other.signed?.signed, 6);
  const later = await bundlesOf(client(own.host), { digest: first.digest });
  assert.equal(later.length, earlier.length + 1 + 5);
});

const vexText = JSON.stringify({
  '@context': 'https://openvex.dev/ns/v0.2.0',
  '@id': 'https://example.com/vex/echo/1',
  author: 'Ada',
  timestamp: '2026-11-27T00:00:00Z',
  version: 1,
  statements: [],
});

test('what was published unsigned is signed later, without packing it again', async () => {
  await using own = await openRegistry();
  using entry = entryAt('1.2.3');
  await entry.prove();
  const registry = client(own.host);
  const unsigned = await publish(entry, { registry });
  assert.equal(unsigned.signed, null);
  assert.deepEqual(await bundlesOf(client(own.host), { digest: unsigned.digest }), []);
  const open = async (): Promise<never> => Promise.reject(new Error('packed'));
  const { state, signed } = await publish(entry, { registry, open, signing: await signingOf(entry, ours) });
  assert.deepEqual([state, signed?.signed], ['unchanged', 5]);
});

test('who can not sign publishes nothing: no tag, no record', async () => {
  await using own = await openRegistry();
  using entry = entryAt('1.2.3');
  await entry.prove();
  const { statements } = await signingOf(entry, ours);
  const signer = {
    who: async () => ours.who(),
    sign: async () => Promise.reject(new Error('no')),
  };
  await assert.rejects(publish(entry, { registry: client(own.host), signing: { signer, statements } }), /no/);
  assert.equal(await entry.record(), undefined);
  assert.equal(await headManifest(client(own.host), 'test/echo', 'latest'), undefined);
});

test('two that publish the same image at once are both listed', async () => {
  await using own = await openRegistry();
  using one = entryAt('1.2.3');
  using other = entryAt('1.2.3');
  await Promise.all([one.prove(), other.prove()]);
  const [a, b] = await Promise.all([
    publish(one, { registry: client(own.host), signing: await signingOf(one, ours) }),
    publish(other, {
      registry: client(own.host),
      signing: await signingOf(other, keySigner(signingKey(), 'a test')),
    }),
  ]);
  assert.equal(a.digest, b.digest);
  assert.equal((await bundlesOf(client(own.host), { digest: a.digest })).length, 8);
});

test('a signature that breaks off half-way is made whole by the next publish', async () => {
  await using own = await openRegistry();
  using entry = entryAt('1.2.3');
  await entry.prove();
  let lists = 0;
  await using proxy = await faultyProxy(own.host, ({ method, url }) =>
    method === 'PUT' && /manifests\/sha256-/.test(url) && ++lists === 2
      ? { kind: 'answer', status: 403 }
      : undefined,
  );
  const signing = await signingOf(entry, ours);
  await assert.rejects(publish(entry, { registry: client(proxy.host), signing }), {
    code: 'registry-denied',
  });
  const { state, digest } = await publish(entry, { registry: client(own.host), signing });
  assert.equal(state, 'published');
  const record = await entry.record();
  assert.equal((await saidOf(own.host, digest)).size, 4);
  assert.equal((await saidOf(own.host, record?.platforms['linux/amd64']?.digest ?? '')).size, 5);
});

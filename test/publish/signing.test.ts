import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { predicateType } from '../../src/attest/predicates.ts';
import { RunProfile } from '../../src/attest/run-profile.ts';
import { TestResult } from '../../src/attest/test-result.ts';
import { verifiedStatement, type SignedStatement } from '../../src/attest/verify-statement.ts';
import { projectFolder } from '../../src/lib/project.ts';
import { statementsOf } from '../../src/pipeline/statements.ts';
import type { Signing } from '../../src/publish/sign-image.ts';
import { imageManifestIn, type PlatformDescriptor } from '../../src/registry/content/manifest.ts';
import { getManifest, headManifest } from '../../src/registry/content/manifests.ts';
import { readBlob } from '../../src/registry/content/read-blob.ts';
import { listReferrers } from '../../src/registry/content/referrers.ts';
import { parseDigest } from '../../src/registry/digest.ts';
import { keySigner, publicKeyOf } from '../../src/sign/key.ts';
import { faultyProxy } from '../registry/proxy.ts';
import { client, openRegistry, type OpenRegistry } from '../registry/rig.ts';
import { engineWith, entryAt, files, publish, variant, type Entry } from './rig.ts';

let real: OpenRegistry;
before(async () => {
  real = await openRegistry();
});
after(() => real[Symbol.asyncDispose]());

const pem = (): string =>
  generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();
const key = pem();
/** A key needs no service. */
const trustedRoot = JSON.stringify({
  mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
  tlogs: [],
  certificateAuthorities: [],
  ctlogs: [],
  timestampAuthorities: [],
});

const arm: typeof variant = { platform: 'linux/arm64', image: 'mcpcat/echo:local-arm64', fingerprint: 'f2' };
const two = {
  variants: [variant, arm] as const,
  engine: engineWith({
    [variant.image]: { ...variant, files },
    [arm.image]: { ...arm, files: [...files, { name: 'app/arm', content: 'arm' }] },
  }),
};

/** As `mcpcat publish` does it, of an entry with a lock that has one package. */
async function signingOf(entry: Entry, signedWith = key): Promise<Signing> {
  const packages = {
    '': { dependencies: { echo: '1.2.3' } },
    'node_modules/echo': {
      version: '1.2.3',
      resolved: 'https://registry.npmjs.org/echo/-/echo-1.2.3.tgz',
      integrity: `sha512-${'A'.repeat(86)}==`,
      license: 'MIT',
    },
  };
  writeFileSync(
    path.join(entry.folder, 'package-lock.json'),
    JSON.stringify({ lockfileVersion: 3, requires: true, packages }),
  );
  const server = await entry.server();
  const origin = { templates: path.join(projectFolder(), 'templates'), env: process.env, version: '0.0.0' };
  return {
    signer: keySigner(signedWith, 'a test'),
    statements: (image) => statementsOf(server, image, origin),
  };
}

interface Found {
  readonly listed: PlatformDescriptor;
  readonly text: string;
}

async function bundlesOf(host: string, subject: string): Promise<readonly Found[]> {
  const registry = client(host);
  const found: Found[] = [];
  for (const listed of await listReferrers(registry, 'test/echo', parseDigest(subject, 'test'))) {
    const manifest = await getManifest(registry, 'test/echo', listed.digest);
    const [layer, ...more] = imageManifestIn(manifest, 'test').layers;
    assert.ok(layer !== undefined && more.length === 0);
    assert.equal(layer.mediaType, listed.artifactType);
    found.push({ listed, text: (await buffer(readBlob(registry, 'test/echo', layer))).toString() });
  }
  return found;
}

/** Everything that is said of a digest, each verified, by its type. */
async function saidOf(host: string, digest: string): Promise<ReadonlyMap<string, SignedStatement>> {
  const said = new Map<string, SignedStatement>();
  for (const { listed, text } of await bundlesOf(host, digest)) {
    const type = listed.annotations?.['dev.sigstore.bundle.predicateType'] ?? '';
    assert.equal(listed.annotations?.['dev.sigstore.bundle.content'], 'dsse-envelope');
    const signer = { kind: 'key', publicKey: publicKeyOf(key, 'a test') } as const;
    assert.ok(!said.has(type), `${type} twice`);
    const expected = { digest, predicateType: type, signer };
    said.set(type, verifiedStatement(text, { expected, trustedRoot }));
  }
  return said;
}

const { signature, provenance, sbom, testResult, runProfile, vex } = predicateType;

test('what is published is signed: the index and each image, with what is true of it', async () => {
  await using own = await openRegistry();
  using entry = entryAt('1.2.3');
  await entry.prove();
  const signing = await signingOf(entry);
  const { signed } = await publish(entry, { registry: client(own.host), ...two, signing });
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
  const first = await publish(entry, { registry, signing: await signingOf(entry) });
  const again = await publish(entry, { registry, signing: await signingOf(entry) });
  assert.deepEqual([again.state, again.signed?.statements, again.signed?.signed], ['unchanged', 5, 0]);
  const earlier = await bundlesOf(own.host, first.digest);
  writeFileSync(path.join(entry.folder, 'vex.json'), vexText);
  const withVex = await publish(entry, { registry, signing: await signingOf(entry) });
  assert.deepEqual([withVex.state, withVex.signed?.signed], ['unchanged', 1]);
  assert.ok((await saidOf(own.host, first.digest)).has(vex));
  const other = await publish(entry, { registry, signing: await signingOf(entry, pem()) });
  assert.equal(other.signed?.signed, 6);
  const later = await bundlesOf(own.host, first.digest);
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
  assert.deepEqual(await bundlesOf(own.host, unsigned.digest), []);
  const open = async (): Promise<never> => Promise.reject(new Error('packed'));
  const { state, signed } = await publish(entry, { registry, open, signing: await signingOf(entry) });
  assert.deepEqual([state, signed?.signed], ['unchanged', 5]);
});

test('who can not sign publishes nothing: no tag, no record', async () => {
  await using own = await openRegistry();
  using entry = entryAt('1.2.3');
  await entry.prove();
  const { statements } = await signingOf(entry);
  const signer = {
    who: async () => Promise.resolve('nobody'),
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
    publish(one, { registry: client(own.host), signing: await signingOf(one) }),
    publish(other, { registry: client(own.host), signing: await signingOf(other, pem()) }),
  ]);
  assert.equal(a.digest, b.digest);
  assert.equal((await bundlesOf(own.host, a.digest)).length, 8);
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
  const signing = await signingOf(entry);
  await assert.rejects(publish(entry, { registry: client(proxy.host), signing }), {
    code: 'registry-denied',
  });
  const { state, digest } = await publish(entry, { registry: client(own.host), signing });
  assert.equal(state, 'published');
  const record = await entry.record();
  assert.equal((await saidOf(own.host, digest)).size, 4);
  assert.equal((await saidOf(own.host, record?.platforms['linux/amd64']?.digest ?? '')).size, 5);
});

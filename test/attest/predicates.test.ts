import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BUNDLE_V03_MEDIA_TYPE } from '@sigstore/bundle';
import { catalogBundleFile } from '../../src/attest/catalog-bundle-file.ts';
import { CatalogPredicate, catalogSubject } from '../../src/attest/catalog-statement.ts';
import { statementBytes } from '../../src/attest/make-statement.ts';
import { bundleAnnotation, bundleMediaType, predicateType } from '../../src/attest/predicates.ts';
import { provenanceOf, type BuildFacts } from '../../src/attest/provenance.ts';
import { RunProfile, runProfileOf } from '../../src/attest/run-profile.ts';
import { isAbout, Statement } from '../../src/attest/statement.ts';
import { TestResult, testResultOf } from '../../src/attest/test-result.ts';
import { permissionsOf, type Proof } from '../../src/catalog/proof.ts';
import { entryOf } from '../sandbox/fixtures.ts';

const entry = entryOf({
  env: {
    ZONE: { description: 'Where.' },
    API_TOKEN: { description: 'The token.', secret: true, required: true },
  },
  permissions: {
    network: ['api.example.com', '*.example.org:8443'],
    mounts: [{ name: 'docs', target: '/docs', mode: 'rw', samePath: true, description: 'Documents.' }],
    state: [{ name: 'index', target: '/srv/index', description: 'An index.' }],
    writable: ['/tmp'],
  },
  limits: { memory: '1g', cpus: 2, pids: 64 },
  shm: '64m',
});
const hex = 'a'.repeat(64);

test('a run profile has all that an entry permits, and none of its words for people', () => {
  const profile = runProfileOf(entry, hex);
  assert.deepEqual(RunProfile.parse(JSON.parse(JSON.stringify(profile))), profile);
  assert.deepEqual(profile, {
    server: entry.name,
    permissions: {
      network: ['api.example.com', '*.example.org:8443'],
      mounts: [{ name: 'docs', target: '/docs', kind: 'folder', mode: 'rw', many: false, samePath: true }],
      state: [{ name: 'index', target: '/srv/index' }],
      writable: ['/tmp'],
    },
    limits: { memoryBytes: 1 << 30, cpus: 2, pids: 64, shmBytes: 64 << 20 },
    settings: [
      { name: 'API_TOKEN', secret: true },
      { name: 'ZONE', secret: false },
    ],
    surface: `sha256:${hex}`,
  });
});

test('each thing that an entry permits more changes its run profile', () => {
  const before = JSON.stringify(runProfileOf(entry));
  const { permissions, limits } = entry;
  const wider: readonly Partial<typeof entry>[] = [
    { permissions: { ...permissions, network: ['*'] } },
    {
      permissions: { ...permissions, mounts: permissions.mounts.map((mount) => ({ ...mount, many: true })) },
    },
    {
      permissions: {
        ...permissions,
        mounts: permissions.mounts.map((mount) => ({ ...mount, kind: 'file' })),
      },
    },
    { permissions: { ...permissions, state: [] } },
    { permissions: { ...permissions, writable: ['/tmp', '/var'] } },
    { limits: { ...limits, memory: '2g' } },
    { limits: { ...limits, cpus: 3 } },
    { limits: { ...limits, pids: 65 } },
    { shm: '128m' },
    { env: {} },
  ];
  for (const change of wider)
    assert.notEqual(JSON.stringify(runProfileOf({ ...entry, ...change })), before, JSON.stringify(change));
});

test('a run profile with a key that nobody knows is refused', () => {
  assert.equal(RunProfile.safeParse({ ...runProfileOf(entry), devices: ['/dev/kvm'] }).success, false);
});

test('the same words give the same statement, in whatever order its members came', () => {
  const about = {
    subjects: [{ name: 'time', digest: `sha256:${hex}` }],
    predicateType: predicateType.runProfile,
  };
  const one = statementBytes({ ...about, predicate: { a: 1, b: { c: 2, d: 3 } } });
  assert.deepEqual(one, statementBytes({ ...about, predicate: { b: { d: 3, c: 2 }, a: 1 } }));
  const statement = Statement.parse(JSON.parse(one.toString()));
  assert.ok(isAbout(statement, `sha256:${hex}`));
  assert.throws(
    () => statementBytes({ ...about, subjects: [{ name: 'x', digest: hex }], predicate: {} }),
    /digest/,
  );
});

const facts: BuildFacts = {
  server: 'time',
  source: 'pypi:mcp-server-time',
  version: '1.0.0',
  fingerprints: { 'linux/arm64': 'f2', 'linux/amd64': 'f1' },
  materials: [{ name: 'catalog/time/lock.json', sha256: hex }],
  checkout: {
    repository: 'https://github.com/mcpcat-run/mcpcat',
    ref: 'refs/heads/main',
    commit: 'c'.repeat(40),
    changed: false,
  },
  builder: {
    id: 'https://github.com/x/y/.github/workflows/w.yml@refs/heads/main',
    version: '1',
    invocation: 'i',
  },
};

test('a provenance names the commit, each file by its hash, and who built it', () => {
  assert.deepEqual(provenanceOf(facts), {
    buildDefinition: {
      buildType: 'https://mcpcat.dev/build/v1',
      externalParameters: {
        server: 'time',
        source: 'pypi:mcp-server-time',
        version: '1.0.0',
        platforms: ['linux/amd64', 'linux/arm64'],
      },
      internalParameters: { fingerprints: { 'linux/amd64': 'f1', 'linux/arm64': 'f2' } },
      resolvedDependencies: [
        {
          uri: 'git+https://github.com/mcpcat-run/mcpcat@refs/heads/main',
          digest: { gitCommit: 'c'.repeat(40) },
        },
        { name: 'catalog/time/lock.json', digest: { sha256: hex } },
      ],
    },
    runDetails: {
      builder: { id: facts.builder.id, version: { mcpcat: '1' } },
      metadata: { invocationId: 'i' },
    },
  });
});

test('a provenance says that files had been changed since the commit', () => {
  const checkout = { repository: undefined, ref: undefined, commit: 'c'.repeat(40), changed: true };
  const text = JSON.stringify(provenanceOf({ ...facts, checkout }));
  assert.match(text, /"changed":true/);
  assert.match(text, /"name":"checkout","digest":\{"gitCommit":"c{40}"\}/);
});

test('a test result carries the whole proof', () => {
  const proof: Proof = {
    proofVersion: 2,
    date: '2026-11-21',
    image: { id: 'sha256:1', fingerprint: 'f1' },
    engine: 'docker 20.10.24',
    permissions: permissionsOf(entry),
    works: 1,
    refused: 1,
    tools: 1,
    checks: ['handshake'],
    initializeMs: null,
    memoryBytes: null,
    exitMs: null,
  };
  const result = TestResult.parse(JSON.parse(JSON.stringify(testResultOf(proof, hex))));
  assert.deepEqual(result.configuration[0]?.annotations, proof);
  assert.deepEqual(result.passedTests, ['handshake']);
});

test('a catalog without a number, an end or with a local time is none', () => {
  const whole = { number: 1, created: '2026-11-27T00:00:00Z', expires: '2026-12-27T00:00:00Z' };
  assert.ok(CatalogPredicate.safeParse(whole).success);
  for (const change of [
    { number: 0 },
    { number: 1.5 },
    { expires: undefined },
    { created: '2026-11-27T00:00:00+01:00' },
  ])
    assert.equal(CatalogPredicate.safeParse({ ...whole, ...change }).success, false, JSON.stringify(change));
});

test('what others have to find has the names that they look for', () => {
  assert.equal(bundleMediaType, BUNDLE_V03_MEDIA_TYPE);
  assert.equal(bundleAnnotation.predicateType, 'dev.sigstore.bundle.predicateType');
  assert.equal(catalogBundleFile('/srv/site/catalog.json'), `/srv/site/${catalogSubject}.sigstore.json`);
});

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { loadServer } from '../../src/catalog/load.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { label } from '../../src/lib/labels.ts';
import { smokeTest, type SmokeReport } from '../../src/smoke/smoke-test.ts';
import { closedAfterwards } from '../rig/closed-afterwards.ts';
import { run, testEngine, testLabel } from '../rig/engine.ts';
import { restless, type Restless } from '../rig/restless.ts';
import { unfaithful } from '../rig/unfaithful.ts';

const timeout = 180_000;
let engine: Engine;
const opened = closedAfterwards();

before(async () => {
  engine = await testEngine();
});

interface Report {
  readonly passed: boolean;
  readonly findings: readonly { readonly kind: string; readonly evidence?: readonly string[] }[];
  readonly proof?: { readonly works: number; readonly refused: number };
}

async function tested(
  more: string,
  words: readonly string[] = [],
): Promise<{ server: Restless; report: Report }> {
  const server = opened.use(await restless(engine, more, words));
  const { stdout, stderr } = await run(['test', server.name, '--json', '--catalog', server.folder]);
  assert.notEqual(stdout, '', stderr);
  const [report] = JSON.parse(stdout) as readonly Report[];
  assert.ok(report, stderr);
  return { server, report };
}

const permissions: Readonly<Record<string, string>> = {
  'no network': '',
  'exact hosts on several ports':
    'permissions: {network: [a.declared.example.com, b.declared.example.com:8443, a.declared.example.com:5432]}\n',
  'a wildcard': 'permissions: {network: ["*.declared.example.com"]}\n',
  'every host': 'permissions: {network: ["*"]}\n',
  'a host from a setting':
    'env: {DATABASE_URL: {description: Where, required: true, secret: true, example: "postgres://u:p@db.declared.example.com/x"}}\npermissions: {network: ["{DATABASE_URL}"]}\n',
  'folders of all kinds':
    'permissions:\n  writable: [/tmp, /home/mcpcat]\n  mounts: [{name: in, target: /in, description: In}, {name: out, target: /out, mode: rw, description: Out}]\n',
};
for (const [title, more] of Object.entries(permissions)) {
  test(`an entry with ${title} is verified both ways, and the proof is kept`, { timeout }, async () => {
    const { server, report } = await tested(more);
    assert.deepEqual([report.passed, report.findings], [true, []]);
    const proof = JSON.parse(readFileSync(server.file('proof.json'), 'utf8')) as Report['proof'];
    assert.ok(proof && proof.refused > 20 && proof.works >= 1, JSON.stringify(proof));
    const { stdout } = await run(['info', server.name, '--catalog', server.folder]);
    assert.match(
      stdout,
      /Verified on \d{4}-\d{2}-\d{2} with docker \S+, this image: .*\d+ ways around it were tried and failed\./,
    );
  });
}

test(
  'a server that looks for a host it does not declare passes with a warning that names it',
  { timeout },
  async () => {
    const { report } = await tested('permissions: {network: [a.declared.example.com]}\n', ['at-start']);
    assert.equal(report.passed, true);
    assert.deepEqual(
      report.findings.map(({ kind, evidence }) => [kind, evidence]),
      [['undeclared-host', ['updates.vendor.test']]],
    );
  },
);

test('a proof counts for the permissions it was made with', { timeout }, async () => {
  const { server } = await tested('permissions: {network: [a.declared.example.com]}\n');
  const file = server.file('server.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace('a.declared', 'other.declared'));
  const { stdout } = await run(['info', server.name, '--catalog', server.folder]);
  assert.match(stdout, /Not verified: its permissions have changed since \d{4}-/);
});

async function testedOn(other: Engine, more: string): Promise<SmokeReport> {
  const server = await restless(engine, more);
  opened.use(server);
  const { entry } = await loadServer(server.folder, server.name);
  const { report } = await smokeTest({
    engine: other,
    entry,
    image: server.image,
    labels: { [label.role]: 'test', ...testLabel },
    reviewed: undefined,
    deadlineMs: 30_000,
    emit: () => undefined,
  });
  return report;
}
const evidenceOf = (report: SmokeReport, kind: string): string =>
  report.findings.flatMap((finding) => (finding.kind === kind ? (finding.evidence ?? []) : [])).join('\n');

test('an engine whose network "none" is something else starts no server', { timeout }, async () => {
  const report = await testedOn(
    unfaithful(engine, () => ({ network: 'bridge' })),
    'permissions: {network: [a.declared.example.com]}\n',
  );
  assert.equal(report.passed, false);
  assert.match(
    evidenceOf(report, 'handshake-failed'),
    /has the network interface eth0: expected none but lo/,
  );
});

test('routes out are found without a packet, if process 1 did not see to it', { timeout }, async () => {
  const report = await testedOn(
    unfaithful(engine, ({ env }) => ({ network: 'bridge', env: { ...env, MCPCAT_NETWORK: '' } })),
    'permissions: {network: [a.declared.example.com]}\n',
  );
  assert.equal(report.passed, false);
  const evidence = evidenceOf(report, 'sandbox-leaks');
  assert.match(evidence, /the metadata service of a cloud \(169\.254\.169\.254\): ok/);
  assert.match(evidence, /another container \(172\.17\.0\.1\): ok/);
});

test('a root that can be written is found', { timeout }, async () => {
  const report = await testedOn(
    unfaithful(engine, ({ security }) => ({
      readOnlyRoot: false,
      user: '0:0',
      security: { ...security, capabilities: ['DAC_OVERRIDE'] },
    })),
    '',
  );
  assert.match(evidenceOf(report, 'sandbox-leaks'), /writing to \/: ok[\s\S]*writing to \/etc: ok/);
});

test(
  'an engine that ignores the resolver and the names is found to break what is declared',
  { timeout },
  async () => {
    const report = await testedOn(
      unfaithful(engine, () => ({ nameResolution: { files: 'written', resolvers: [], hosts: [] } })),
      'permissions: {network: [a.declared.example.com, "*.b.example.com"]}\n',
    );
    const evidence = evidenceOf(report, 'declared-but-closed');
    assert.match(evidence, /the declared host a\.declared\.example\.com:443: (no|unknown)/);
    assert.match(evidence, /the declared host mcpcat-probe\.b\.example\.com:443: (no|unknown)/);
  },
);

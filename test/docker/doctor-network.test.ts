import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { measureSandbox } from '../../src/doctor/measure-sandbox.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { label } from '../../src/lib/labels.ts';
import { closedAfterwards } from '../rig/closed-afterwards.ts';
import { noneLeft, ownBases, run, testEngine, testLabel } from '../rig/engine.ts';
import { unfaithful } from '../rig/unfaithful.ts';

const timeout = 120_000;
const labels = { ...testLabel, [label.server]: 'mcpcat-doctor-test' };
let engine: Engine;
const opened = closedAfterwards();
let images: readonly string[];

before(async () => {
  engine = await testEngine();
  opened.defer(() => noneLeft(engine, labels));
  const bases = await ownBases();
  images = [bases.go.runtime.reference, bases.node.runtime.reference];
});

async function statuses(other: Engine): Promise<Record<string, string>> {
  const found = await measureSandbox({ engine: other, images, labels });
  return Object.fromEntries(found.map(({ kind, status, message }) => [kind, `${status}: ${message}`]));
}

test('this engine holds what the sandbox asks for, measured in a container', { timeout }, async () => {
  const found = await statuses(engine);
  const failing = Object.entries(found).filter(([, text]) => !text.startsWith('ok: '));
  assert.deepEqual(failing, []);
  assert.match(found['limit-memory'] ?? '', /held$/);
  const network = Object.fromEntries(Object.entries(found).filter(([kind]) => kind.startsWith('network-')));
  assert.deepEqual(network, {
    'network-none': 'ok: a container has no network but loopback',
    'network-names': 'ok: a container asks nobody but the tunnel for names',
    'network-tunnel': 'ok: a permitted host is reached over the tunnel, another name does not exist',
  });
});

test('an engine whose network "none" has a way out fails, and names the interface', { timeout }, async () => {
  const found = await statuses(unfaithful(engine, () => ({ network: 'bridge' })));
  assert.match(
    found['network-none'] ?? '',
    /^failed: a container without network has a way out \(interfaces: .*\beth0\b/,
  );
});

test('an engine that drops a limit without a word fails, by the name of the limit', { timeout }, async () => {
  const found = await statuses(unfaithful(engine, () => ({ pids: 5000 })));
  assert.match(found['limit-pids'] ?? '', /^failed: the limit of processes: not held \(found 5000\)/);
  assert.match(found['limit-memory'] ?? '', /^ok: /);
});

test('an engine with another idea of resolver or hosts is told apart', { timeout }, async () => {
  const noHosts = await statuses(
    unfaithful(engine, ({ nameResolution }) => ({ nameResolution: { ...nameResolution, hosts: [] } })),
  );
  assert.match(noHosts['network-names'] ?? '', /^warning: .*resolver 127\.0\.0\.1, no names in/);
  assert.match(noHosts['network-tunnel'] ?? '', /^ok: /);
  const noResolver = await statuses(
    unfaithful(engine, ({ nameResolution }) => ({
      nameResolution: { ...nameResolution, resolvers: ['192.0.2.53'] },
    })),
  );
  assert.match(noResolver['network-names'] ?? '', /^warning: .*resolver 192\.0\.2\.53, names in/);
});

test('ports below 1024 that are closed to the relay fail, with its own words', { timeout }, async () => {
  const closed = unfaithful(engine, () => ({
    sysctls: { 'net.ipv4.ip_unprivileged_port_start': '1024' },
  }));
  const [first, ...more] = await measureSandbox({ engine: closed, images, labels });
  assert.deepEqual([first?.status, more.length], ['failed', 0]);
  assert.match(first?.message ?? '', /could be started and measured: /);
});

test('without any base nothing is measured, and that is said', { timeout }, async () => {
  const [found] = await measureSandbox({ engine, images: ['mcpcat/no-such-base:x'], labels });
  assert.deepEqual([found?.status, found?.kind], ['warning', 'sandbox']);
});

test('mcpcat doctor shows it', { timeout }, async () => {
  const { stdout } = await run(['doctor', '--json']);
  const kinds = (JSON.parse(stdout) as readonly { kind: string }[]).map(({ kind }) => kind);
  for (const kind of ['network-none', 'network-names', 'network-tunnel'])
    assert.ok(kinds.includes(kind), kinds.join());
});

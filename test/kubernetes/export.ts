import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { before, test, type TestContext } from 'node:test';
import { manifests } from '../../src/export/kubernetes/manifests.ts';
import { listed } from '../catalog-index/rig.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { Cluster } from './rig/cluster.ts';
import type { RanCommand } from './rig/ran.ts';
import { until } from './rig/until.ts';

const namespace = 'exported';
const sessions = { isolation: 'policy', acceptMissing: ['pids', 'swap'] };
const image = `registry.example.com/mcpcat/mcpcat@sha256:${'c'.repeat(64)}`;
const entry = `env: {KEY: {description: The key, required: true, secret: true, example: abc}}
permissions: {network: [api.example.com, "*.cdn.example.com:8443"]}
`;

let cluster: Cluster;
before(async () => {
  cluster = await Cluster.running();
});

async function exported(t: TestContext): Promise<ReturnType<typeof manifests>> {
  return manifests([await listed(t, entry)], { namespace, image, hosts: { kind: 'none' }, ...sessions });
}

async function applied(text: string, ...options: readonly string[]): Promise<RanCommand> {
  return cluster.kubectl(['apply', '--validate=strict', ...options, '-f', '-'], { input: text });
}

test('what is exported passes strict validation, under Pod Security restricted without a warning', async (t) => {
  const { files, stream } = await exported(t);
  assert.equal((await applied(files.get('namespace.yaml') ?? '')).code, 0);
  const { code, stdout, stderr } = await applied(stream, '--dry-run=server');
  assert.equal(code, 0, stderr);
  assert.equal(stderr, '');
  assert.equal(stdout.trim().split('\n').length, 9);
});

test('the pod of the Deployment is made by the real controllers and placed on the node', async (t) => {
  const { stream } = await exported(t);
  assert.equal((await applied(stream)).code, 0);
  const asked = ['get', 'pods', '-n', namespace, '-l', 'app.kubernetes.io/component=serve'];
  const nodes = ['-o', 'jsonpath={.items[*].spec.nodeName}'];
  const placed = async (): Promise<boolean> =>
    (await cluster.kubectl([...asked, ...nodes])).stdout.trim() === 'node';
  await until('the pod of serve is placed', placed, { withinMs: 30_000 });
  assert.equal((await cluster.kubectl(['delete', 'namespace', namespace, '--wait=false'])).code, 0);
});

test('kustomize reads the folder', async (t) => {
  const { files } = await exported(t);
  const out = temporaryFolder(t);
  for (const [name, text] of files) await writeFile(path.join(out, name), text);
  const { code, stdout, stderr } = await cluster.kubectl(['kustomize', out]);
  assert.equal(code, 0, stderr);
  assert.equal(stdout.split('\n---\n').length, 9);
});

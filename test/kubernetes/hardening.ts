import assert from 'node:assert/strict';
import { test } from 'node:test';
import { softenings } from '../../src/engine/kubernetes/hardened.ts';
import type { PodBody } from '../../src/engine/kubernetes/pod.ts';
import { hardenedPod, softerPods } from '../rig/hardened-pod.ts';
import { Cluster } from './rig/cluster.ts';
import type { RanCommand } from './rig/ran.ts';

const cluster = await Cluster.running();

async function submitted(pod: PodBody): Promise<RanCommand> {
  const dryRun = ['create', '--dry-run=server', '--validate=strict', '-f', '-'];
  return cluster.kubectl(dryRun, { input: JSON.stringify(pod) });
}

test('a pod as ours are passes Pod Security restricted and strict validation', async () => {
  const { code, stderr } = await submitted(hardenedPod());
  assert.equal(code, 0, stderr);
  assert.equal(stderr, '');
});

test('each line that makes ours hard is held by us, also where the cluster would do without', async (t) => {
  for (const { title, cluster: verdict, pod } of softerPods)
    await t.test(`${title}: ${verdict}`, async () => {
      const { code, stderr } = await submitted(pod());
      assert.equal(code === 0 ? 'accepted by the cluster' : 'refused by the cluster', verdict, stderr);
      assert.equal(softenings(pod()).length, 1);
    });
});

test('a pod comes back from the API server as hard as it was sent', async () => {
  const created = await cluster.kubectl(['create', '--dry-run=server', '-o', 'json', '-f', '-'], {
    input: JSON.stringify(hardenedPod()),
  });
  assert.deepEqual(softenings(JSON.parse(created.stdout) as PodBody), []);
});

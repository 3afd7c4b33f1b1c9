import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clusterConditions, examineCluster } from '../../src/doctor/cluster.ts';
import type { ClusterFacts } from '../../src/engine/kubernetes/examine-cluster.ts';
import { McpcatError } from '../../src/lib/errors.ts';

const facts: ClusterFacts = {
  endpoint: 'kubernetes://dev/mcpcat',
  namespace: 'mcpcat',
  version: '1.34.4',
  halfClose: true,
  missingRights: [],
  runtimeClasses: ['gvisor'],
  policyProblem: undefined,
  storageClass: { kind: 'default', name: 'standard' },
};
const lacks = [['pids', 'a setting of the node']] as const;

function statuses(more: Partial<ClusterFacts>): Record<string, string> {
  return Object.fromEntries(
    clusterConditions({ ...facts, ...more }, lacks).map(({ kind, status }) => [kind, status]),
  );
}

test('a cluster that can do all still has what no pod can hold, by name', () => {
  assert.deepEqual(statuses({}), {
    engine: 'ok',
    'half-close': 'ok',
    rights: 'ok',
    runtimeclass: 'warning',
    policy: 'warning',
    storage: 'ok',
    'lacks-pids': 'warning',
  });
});

test('an API server without half-close and a role without exec fail', () => {
  assert.equal(statuses({ halfClose: false })['half-close'], 'failed');
  assert.equal(statuses({ missingRights: [{ right: 'get pods/exec', for: undefined }] })['rights'], 'failed');
});

test('a right that some servers alone need is a warning', () => {
  assert.equal(
    statuses({ missingRights: [{ right: 'get pods/attach', for: 'secrets' }] })['rights'],
    'warning',
  );
});

test('a cluster without a default StorageClass, or one that nobody may look at, is said to keep nothing', () => {
  for (const kind of ['none', 'unknown'] as const)
    assert.equal(statuses({ storageClass: { kind } })['storage'], 'warning');
});

test('a cluster that is not reached is told as a condition', async () => {
  const error = new McpcatError('engine-missing', 'no API server answers');
  const [only, ...more] = await examineCluster(() => Promise.reject(error), lacks);
  assert.equal(only?.status, 'failed');
  assert.deepEqual(more, []);
});

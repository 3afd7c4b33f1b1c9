import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clusterAddress } from '../../../src/engine/kubernetes/address.ts';
import { isCluster } from '../../../src/engine/locate/cluster.ts';

const read: Readonly<Record<string, readonly [context: string, namespace: string]>> = {
  'kubernetes://kind-dev/mcpcat': ['kind-dev', 'mcpcat'],
  'kubernetes://in-cluster/tools': ['in-cluster', 'tools'],
  'kubernetes://arn:aws:eks:eu-west-1:123:cluster/prod/mcpcat': [
    'arn:aws:eks:eu-west-1:123:cluster/prod',
    'mcpcat',
  ],
  'kubernetes://admin%40prod/mcpcat': ['admin@prod', 'mcpcat'],
};
for (const [text, [context, namespace]] of Object.entries(read))
  test(`${text} is context ${context}, namespace ${namespace}`, () => {
    assert.ok(isCluster(text));
    assert.deepEqual(clusterAddress(text), { endpoint: text, context, namespace });
  });

for (const text of [
  'kubernetes://',
  'kubernetes://dev',
  'kubernetes:///mcpcat',
  'kubernetes://dev/',
  'kubernetes://dev/Mcpcat',
  'kubernetes://dev/-x',
  'kubernetes://dev/a?b',
  'kubernetes://%/mcpcat',
  'kubernetes:dev/mcpcat',
  `kubernetes://dev/${'a'.repeat(64)}`,
])
  test(`${text} is refused as an address of a cluster`, () => {
    assert.throws(() => clusterAddress(text), { name: 'McpcatError', code: 'usage' });
  });

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clusterAddress } from '../../../src/engine/kubernetes/address.ts';
import { ownPod } from '../../../src/engine/kubernetes/own-pod.ts';

const env = { MCPCAT_POD_NAME: 'mcpcat-1', MCPCAT_POD_UID: 'u1', MCPCAT_POD_NAMESPACE: 'mcpcat' };

test('the pods of sessions go with the pod of serve', () => {
  const owner = ownPod(env, clusterAddress('kubernetes://in-cluster/mcpcat'));
  assert.deepEqual(owner, { apiVersion: 'v1', kind: 'Pod', name: 'mcpcat-1', uid: 'u1' });
});

test('nothing owns pods of another namespace or cluster, nor where half of it is said', () => {
  for (const endpoint of ['kubernetes://in-cluster/other', 'kubernetes://dev/mcpcat'])
    assert.equal(ownPod(env, clusterAddress(endpoint)), undefined, endpoint);
  for (const name of Object.keys(env))
    assert.equal(
      ownPod({ ...env, [name]: '' }, clusterAddress('kubernetes://in-cluster/mcpcat')),
      undefined,
      name,
    );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../../../src/engine/kubernetes/pod.ts';
import { exitCodeOf, podSummary } from '../../../src/engine/kubernetes/pod-facts.ts';
import { hardenedPod } from '../../rig/hardened-pod.ts';

const image = `registry.example.com/mcpcat/time@sha256:${'a'.repeat(64)}`;

function pod(phase: string, deletionTimestamp?: string): Pod {
  const body = hardenedPod(image);
  const metadata = { ...body.metadata, ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }) };
  const state = phase === 'Running' ? { running: {} } : {};
  const [container] = body.spec.containers;
  assert.ok(container);
  return { ...body, metadata, status: { phase, containerStatuses: [{ name: container.name, state }] } };
}

test('a pod that is being taken away is not one that runs, whatever its container still does', () => {
  assert.equal(podSummary(pod('Pending')).state, 'created');
  assert.equal(podSummary(pod('Running')).state, 'running');
  assert.equal(podSummary(pod('Running', '2026-11-28T00:00:00Z')).state, 'removing');
  assert.equal(podSummary(pod('Failed', '2026-11-28T00:00:00Z')).state, 'exited');
});

test('a pod that was evicted before anybody knew of its container has not ended well', () => {
  const { status: _, ...evicted } = pod('Failed');
  assert.equal(exitCodeOf({ ...evicted, status: { phase: 'Failed', reason: 'Evicted' } }), 137);
  assert.equal(exitCodeOf({ ...evicted, status: { phase: 'Succeeded' } }), 0);
  assert.equal(exitCodeOf(pod('Running')), undefined);
});

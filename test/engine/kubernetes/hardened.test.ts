import assert from 'node:assert/strict';
import { test } from 'node:test';
import { softenings } from '../../../src/engine/kubernetes/hardened.ts';
import { hardenedPod, softerPods } from '../../rig/hardened-pod.ts';

test('a pod as ours are has nothing to find', () => {
  assert.deepEqual(softenings(hardenedPod()), []);
});

for (const { title, at, pod } of softerPods)
  test(`a pod is refused that differs by: ${title}`, () => {
    const found = softenings(pod());
    assert.deepEqual(
      found.map((one) => one.at),
      [at],
    );
  });

test('what was found stands beside what was expected', () => {
  const tag = softerPods.find(({ title }) => title === 'a tag');
  assert.ok(tag);
  assert.deepEqual(softenings(tag.pod()), [
    {
      at: 'spec.containers[0].image',
      expected: 'NAME@sha256:DIGEST',
      found: 'registry.example/mcpcat/time:1',
    },
  ]);
});

test('a container that somebody attached for debugging is found', () => {
  const pod = hardenedPod();
  const spec = { ...pod.spec, ephemeralContainers: [{ name: 'debugger' }] };
  assert.deepEqual(
    softenings({ spec }).map(({ at, found }) => ({ at, found })),
    [{ at: 'spec.ephemeralContainers', found: '[{"name":"debugger"}]' }],
  );
});

test('volumes of every other kind are refused, also beside one that would do', () => {
  for (const kind of ['secret', 'configMap', 'projected', 'csi', 'image', 'nfs']) {
    const pod = hardenedPod();
    const volumes = [{ name: 'other', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' }, [kind]: {} }];
    assert.equal(softenings({ spec: { ...pod.spec, volumes } }).length, 1, kind);
  }
});

test('a propagated mount is found', () => {
  const pod = hardenedPod();
  const [first] = pod.spec.containers;
  assert.ok(first);
  const volumeMounts = [{ name: 'tmp', mountPath: '/tmp', mountPropagation: 'HostToContainer' }];
  const found = softenings({ spec: { ...pod.spec, containers: [{ ...first, volumeMounts }] } });
  assert.deepEqual(
    found.map(({ at }) => at),
    ['spec.containers[0].volumeMounts'],
  );
});

test('a pod without a container is found', () => {
  const pod = hardenedPod();
  assert.deepEqual(
    softenings({ spec: { ...pod.spec, containers: [] } }).map(({ at }) => at),
    ['spec.containers'],
  );
});

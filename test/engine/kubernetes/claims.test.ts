import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BindMount, ContainerSettings } from '../../../src/engine/engine.ts';
import { label } from '../../../src/lib/labels.ts';
import { olderVolumes } from '../../../src/process1/older-volumes.ts';
import { fakeNamespace, ofPods, type Chosen } from './fake-namespace.ts';
import { settings } from './settings.ts';

const source = 'mcpcat-sample-graph';
const key = `persistentvolumeclaims/${source}`;
const labels = {
  [label.server]: 'sample',
  [label.state]: 'graph',
  [label.catalog]: 'mcpcat',
  [label.source]: 'npm:sample',
  [label.host]: 'f00d',
};
const mount: BindMount = { kind: 'volume', source, target: '/graph', readOnly: false, labels };
const keeping = (name: string): ContainerSettings => ({ ...settings(), name, mounts: [mount] });

/** As an API server whose cluster has a default StorageClass. */
const admitted: NonNullable<Chosen['admitted']> = (object) =>
  object['kind'] === 'PersistentVolumeClaim'
    ? {
        ...object,
        metadata: { ...object.metadata, uid: 'u1' },
        spec: { ...(object['spec'] as object), storageClassName: 'standard' },
      }
    : object;

test('what a server keeps is a claim that outlives its pods, and says whose it is', async () => {
  await using there = await fakeNamespace({ admitted });
  const { engine, objects } = there;
  await engine.removeContainer(await engine.createContainer(keeping('one')));
  const claim = objects.get(key);
  assert.deepEqual(claim?.metadata['annotations'], labels);
  await engine.createContainer(keeping('two'));
  assert.equal(objects.get(key), claim);
  assert.deepEqual(await engine.inspectVolume(source), { name: source, labels, created: undefined });
  assert.deepEqual(await engine.listVolumes({ [label.server]: '', [label.state]: '' }), [
    { name: source, labels, created: undefined, bytes: undefined, containers: ['two'] },
  ]);
  assert.deepEqual(await engine.listVolumes({ [label.server]: 'another' }), []);
});

test('no prune has an eye on a claim', async () => {
  await using there = await fakeNamespace({ admitted });
  await there.engine.createContainer(keeping('one'));
  const request = { engine: there.engine, cache: '/nowhere', labels: {} };
  assert.deepEqual(await olderVolumes(request, Date.now() + 1e9), []);
});

test('without a default StorageClass nothing is made at all', async () => {
  await using there = await fakeNamespace();
  await assert.rejects(there.engine.createContainer(keeping('one')), {
    name: 'McpcatError',
    code: 'engine-unfit',
    message: /no default StorageClass/,
  });
  assert.equal(there.objects.size, 0);
});

const claim = {
  metadata: { name: source, labels: { 'app.kubernetes.io/managed-by': 'mcpcat' } },
  spec: { accessModes: ['ReadWriteOncePod'], storageClassName: '', volumeName: 'disk-7' },
};

test('a claim that somebody made beforehand is taken as it is', async () => {
  await using there = await fakeNamespace();
  there.objects.set(key, claim);
  await there.engine.createContainer(keeping('one'));
  assert.equal(there.objects.get(key), claim);
});

const unusable: Readonly<Record<string, readonly [claim: object, code: string]>> = {
  'of somebody else': [{ ...claim, metadata: { name: source } }, 'volume-foreign'],
  'that is being removed': [
    { ...claim, metadata: { ...claim.metadata, deletionTimestamp: '2026-11-28T00:00:00Z' } },
    'engine-failed',
  ],
  'whose volume is gone': [{ ...claim, status: { phase: 'Lost' } }, 'engine-unfit'],
  'of a raw device': [{ ...claim, spec: { ...claim.spec, volumeMode: 'Block' } }, 'engine-unfit'],
  'that can be read alone': [
    { ...claim, spec: { ...claim.spec, accessModes: ['ReadOnlyMany'] } },
    'engine-unfit',
  ],
  'that has no class and no volume': [{ ...claim, spec: { accessModes: ['ReadWriteOnce'] } }, 'engine-unfit'],
};
for (const [what, [found, code]] of Object.entries(unusable))
  test(`a claim ${what} is refused before there is a pod`, async () => {
    await using there = await fakeNamespace({ admitted });
    there.objects.set(key, found as typeof claim);
    await assert.rejects(there.engine.createContainer(keeping('one')), { name: 'McpcatError', code });
    assert.deepEqual([...there.objects.keys()], [key]);
  });

test('of two sessions that begin at once, the second takes what the first has made', async () => {
  let posts = 0;
  await using there = await fakeNamespace({
    admitted,
    onRequest: ({ method, url = '' }) => {
      // The other one's is there between our look and our request.
      if (method === 'POST' && url.endsWith('/persistentvolumeclaims') && posts++ === 0)
        there.objects.set(key, claim);
      return false;
    },
  });
  await there.engine.createContainer(keeping('one'));
  assert.deepEqual([there.objects.get(key), posts], [claim, 1]);
});

test('a claim is removed by its name, and one that is gone already is no error', async () => {
  await using there = await fakeNamespace({ admitted });
  await there.engine.removeContainer(await there.engine.createContainer(keeping('one')));
  await there.engine.removeVolume(source);
  await there.engine.removeVolume(source);
  assert.equal(there.objects.size, 0);
});

test('a claim of somebody else is neither shown nor removed', async () => {
  await using there = await fakeNamespace();
  const foreign = { ...claim, metadata: { name: source } };
  there.objects.set(key, foreign);
  assert.equal(await there.engine.inspectVolume(source), undefined);
  await assert.rejects(there.engine.removeVolume(source), { code: 'volume-foreign' });
  assert.equal(there.objects.get(key), foreign);
});

const refused = {
  name: 'McpcatError',
  code: 'volume-in-use',
  message: `the PersistentVolumeClaim ${source} permits one pod at a time (ReadWriteOncePod), and one has it`,
};

test('whoever comes second to a claim for one pod is told at once who has it', async () => {
  await using there = await fakeNamespace();
  const { engine, objects } = there;
  objects.set(key, claim);
  await engine.createContainer(keeping('one'));
  await assert.rejects(engine.createContainer(keeping('two')), refused);
  assert.deepEqual([...objects.keys()], [key, 'pods/one']);
  await engine.removeContainer('one');
  assert.equal(await engine.createContainer(keeping('two')), 'two');
});

const waiting = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable' };
const unscheduled = { phase: 'Pending', conditions: [waiting] };

test('of two that begin at once, the one that no node can have is told who has the claim', async () => {
  let first: object | undefined;
  await using there = await fakeNamespace({
    admitted: (object) => {
      if (object['kind'] !== 'Pod') return object;
      // The other one comes between our look and our pod.
      first = { ...object, metadata: { ...object.metadata, name: 'one' } };
      there.objects.set('pods/one', first as typeof object);
      return ofPods(unscheduled)(object);
    },
    onRequest: ({ url = '' }, response) => {
      if (!url.includes('watch=true')) return false;
      response.end(`${JSON.stringify({ type: 'MODIFIED', object: there.objects.get('pods/two') })}\n`);
      return true;
    },
  });
  there.objects.set(key, claim);
  await assert.rejects(there.engine.createContainer(keeping('two')), refused);
  assert.deepEqual([...there.objects.keys()].toSorted(), [key, 'pods/one'].toSorted());
});

test('one that is on its way out is waited for, and one that waits itself holds nothing', async () => {
  await using there = await fakeNamespace();
  const { engine, objects } = there;
  objects.set(key, claim);
  await engine.createContainer(keeping('one'));
  const one = objects.get('pods/one');
  assert.ok(one);
  objects.set('pods/one', {
    ...one,
    metadata: { ...one.metadata, deletionTimestamp: '2026-11-28T00:00:00Z' },
  });
  assert.equal(await engine.createContainer(keeping('two')), 'two');
  objects.set('pods/two', { ...one, status: unscheduled });
  assert.equal(await engine.createContainer(keeping('three')), 'three');
});

test('that no node can have a pod is heard also where no watch tells it', async () => {
  await using there = await fakeNamespace({
    admitted: (object) => {
      if (object['kind'] !== 'Pod') return object;
      there.objects.set('pods/one', { ...object, metadata: { ...object.metadata, name: 'one' } });
      return ofPods({ phase: 'Pending' })(object);
    },
    onRequest: ({ url = '' }, response) => {
      if (!url.includes('watch=true')) return false;
      const two = there.objects.get('pods/two');
      assert.ok(two);
      there.objects.set('pods/two', { ...two, status: unscheduled });
      response.end();
      return true;
    },
  });
  there.objects.set(key, claim);
  await assert.rejects(there.engine.createContainer(keeping('two')), refused);
});

/** What a server keeps, as a PersistentVolumeClaim of a real cluster. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run, type Ran } from '../rig/engine.ts';
import { namespace } from './rig/cluster.ts';
import { testEndpoint } from './rig/launches.ts';
import { launching } from './rig/launching.ts';
import { permitted } from './rig/permitted.ts';
import { giveStorage, takeStorage } from './rig/storage.ts';

const { opened, cluster, launches } = await launching('memory');
const claim = 'mcpcat-memory-graph';
opened.defer(async () => takeStorage(cluster, 'disk'));

const cat = { name: 'cat', entityType: 'animal', observations: ['sleeps'] };

async function verb(...args: readonly string[]): Promise<Ran> {
  return run([...args, '--engine', testEndpoint], { env: launches.env() });
}

async function claims(): Promise<string> {
  return (
    await cluster.kubectl(['get', 'persistentvolumeclaims', '-n', namespace, '-o', 'name'])
  ).stdout.trim();
}

test('without a default StorageClass a server that keeps files is refused, and doctor says so', async () => {
  const { code, stderr } = await launches.run();
  assert.equal(code, 3, stderr);
  assert.match(
    stderr,
    /mcpcat-memory-graph would never have storage: the cluster has no default StorageClass/,
  );
  assert.equal(await claims(), '');
  assert.deepEqual(await launches.pods(), []);
  assert.match((await verb('doctor')).stdout, /there is no default StorageClass/);
});

test('what a server has written is there at its next start, in another pod', async () => {
  await giveStorage(cluster, 'disk');
  assert.match((await verb('doctor')).stdout, /storage of the StorageClass static/);
  const first = await launches.talk();
  await first.call('create_entities', { entities: [cat] });
  await first.close();
  await launches.noPod();
  const second = await launches.talk();
  assert.match(JSON.stringify(await second.call('read_graph', {})), /sleeps/);
  // Another session at the same time, which many clients open, has the same.
  const third = await launches.talk();
  assert.match(JSON.stringify(await third.call('read_graph', {})), /sleeps/);
  assert.match((await verb('volumes')).stdout, /mcpcat-memory-graph +memory +graph +not measured/);
  const { code, stderr } = await verb('volumes', 'rm', claim);
  assert.equal(code, 3, stderr);
  assert.match(stderr, /in use by mcpcat-memory-/);
  await Promise.all([second.close(), third.close()]);
  await launches.noPod();
});

test('prune leaves it alone', async () => {
  const { code, stdout } = await verb('prune');
  assert.deepEqual([code, stdout], [0, 'nothing is left behind\n']);
  assert.equal(await claims(), `persistentvolumeclaim/${claim}`);
});

test("what another catalog's server keeps is not handed over", async () => {
  const annotate = async (catalog: string): Promise<void> => {
    const text = `io.mcpcat.catalog=${catalog}`;
    const args = ['annotate', '--overwrite', `persistentvolumeclaim/${claim}`, text, '-n', namespace];
    assert.equal((await cluster.kubectl(args)).code, 0);
  };
  await annotate('sha256-other');
  const { code, stderr } = await launches.run();
  assert.equal(code, 3, stderr);
  assert.match(stderr, /is kept by npm:@modelcontextprotocol\/server-memory of the catalog sha256-other/);
  await launches.noPod();
  await annotate('mcpcat');
});

test('the exported Role permits it where a server keeps files, and where none does it is told what is missing', async () => {
  opened.defer(await permitted(cluster, 'reader', { name: 'keeping' }));
  const { code, stderr } = await launches.run('reader');
  assert.equal(code, 3, stderr);
  assert.match(stderr, /get persistentvolumeclaims/);
  await permitted(cluster, 'reader', { name: 'keeping', state: true });
  const session = await launches.talk('reader');
  assert.match(JSON.stringify(await session.call('read_graph', {})), /sleeps/);
  await session.close();
  await launches.noPod();
});

test('it is forgotten by its name, and by nothing else', async () => {
  const { code, stdout, stderr } = await verb('volumes', 'rm', claim);
  assert.deepEqual([code, stdout], [0, `removed ${claim}\n`], stderr);
  assert.equal(await claims(), '');
});

test('whoever comes second to a claim for one pod is told at once who has it', async () => {
  await giveStorage(cluster, 'disk-for-one', 'ReadWriteOncePod');
  opened.defer(async () => takeStorage(cluster, 'disk-for-one'));
  await cluster.apply({
    ...{ apiVersion: 'v1', kind: 'PersistentVolumeClaim' },
    metadata: {
      ...{ name: claim, namespace, labels: { 'app.kubernetes.io/managed-by': 'mcpcat' } },
      annotations: { 'io.mcpcat.server': 'memory', 'io.mcpcat.state': 'graph' },
    },
    spec: { accessModes: ['ReadWriteOncePod'], resources: { requests: { storage: '1Gi' } } },
  });
  const first = await launches.talk();
  const [holder = ''] = await launches.pods();
  const { code, stderr } = await launches.run();
  assert.equal(code, 3, stderr);
  assert.match(stderr, new RegExp(`permits one pod at a time \\(ReadWriteOncePod\\), and ${holder} has it`));
  assert.deepEqual(await launches.pods(), [holder]);
  await first.close();
  // The one before may still be on its way out.
  const next = await launches.talk();
  assert.match(JSON.stringify(await next.call('read_graph', {})), /entities/);
  await next.close();
  await launches.noPod();
  // Made by hand it is of no machine.
  const { stdout } = await verb('volumes', 'rm', claim, '--everyone');
  assert.equal(stdout, `removed ${claim}\n`);
});

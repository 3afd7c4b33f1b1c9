/** What a server keeps, as a PersistentVolumeClaim of a real cluster. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { accessObjects } from '../../src/export/kubernetes/access.ts';
import { closedAfterwards } from '../rig/closed-afterwards.ts';
import { run, type Ran } from '../rig/engine.ts';
import { Cluster, namespace } from './rig/cluster.ts';
import { Launches, testEndpoint } from './rig/launches.ts';
import { published } from './rig/published.ts';
import { giveStorage, takeStorage } from './rig/storage.ts';
import { until } from './rig/until.ts';

const opened = closedAfterwards();
const claim = 'mcpcat-memory-graph';
let cluster: Cluster;
let launches: Launches;

before(async () => {
  cluster = await Cluster.running();
  const { image } = opened.use(await published('memory'));
  launches = opened.use(new Launches(cluster, image, 'memory'));
  opened.defer(async () => takeStorage(cluster, 'disk'));
});

const cat = { name: 'cat', entityType: 'animal', observations: ['sleeps'] };

async function verb(...args: readonly string[]): Promise<Ran> {
  return run([...args, '--engine', testEndpoint], { env: launches.env() });
}

async function claims(): Promise<string> {
  return (
    await cluster.kubectl(['get', 'persistentvolumeclaims', '-n', namespace, '-o', 'name'])
  ).stdout.trim();
}

async function noPod(): Promise<void> {
  const gone = async (): Promise<boolean> => (await launches.pods()).length === 0;
  await until('every pod is gone', gone, { withinMs: 30_000 });
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
  await noPod();
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
  await noPod();
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
  await noPod();
  await annotate('mcpcat');
});

test('the exported Role permits it where a server keeps files, and where none does it is told what is missing', async () => {
  const needing = async (state: boolean): Promise<void> => {
    const [, role, binding] = accessObjects(namespace, { secrets: false, state });
    const subjects = [{ kind: 'User', name: 'reader', apiGroup: 'rbac.authorization.k8s.io' }];
    const metadata = { name: 'keeping', namespace };
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'keeping' };
    await cluster.apply({ ...role, metadata }, { ...binding, metadata, roleRef, subjects });
  };
  await needing(false);
  const { code, stderr } = await launches.run('reader');
  assert.equal(code, 3, stderr);
  assert.match(stderr, /get persistentvolumeclaims/);
  await needing(true);
  const session = await launches.talk('reader');
  assert.match(JSON.stringify(await session.call('read_graph', {})), /sleeps/);
  await session.close();
  await noPod();
  const args = ['delete', 'role/keeping', 'rolebinding/keeping', '-n', namespace];
  assert.equal((await cluster.kubectl(args)).code, 0);
});

test('it is forgotten by its name, and by nothing else', async () => {
  const { code, stdout, stderr } = await verb('volumes', 'rm', claim);
  assert.deepEqual([code, stdout], [0, `removed ${claim}\n`], stderr);
  assert.equal(await claims(), '');
});

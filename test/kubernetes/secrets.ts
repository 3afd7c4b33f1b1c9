/** A server with a secret, by the rights that the export gives. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { accessObjects } from '../../src/export/kubernetes/access.ts';
import { closedAfterwards } from '../rig/closed-afterwards.ts';
import { run } from '../rig/engine.ts';
import { talk } from '../rig/talk.ts';
import { Cluster, namespace } from './rig/cluster.ts';
import { Launches } from './rig/launches.ts';
import { published } from './rig/published.ts';
import { until } from './rig/until.ts';

const opened = closedAfterwards();
let cluster: Cluster;
let launches: Launches;

before(async () => {
  cluster = await Cluster.running();
  const { image } = opened.use(await published('brave-search'));
  launches = opened.use(new Launches(cluster, image, 'brave-search'));
  const kinds = ['role/handing-over', 'rolebinding/handing-over'];
  opened.defer(async () => void (await cluster.kubectl(['delete', ...kinds, '-n', namespace])));
});

async function reader(needs: { readonly secrets: boolean }): Promise<Record<string, string>> {
  const [, role, binding] = accessObjects(namespace, { state: false, ...needs });
  const apiGroup = 'rbac.authorization.k8s.io';
  const metadata = { name: 'handing-over', namespace };
  const roleRef = { apiGroup, kind: 'Role', name: metadata.name };
  const subjects = [{ kind: 'User', name: 'reader', apiGroup }];
  await cluster.apply({ ...role, metadata }, { ...binding, metadata, roleRef, subjects });
  return { ...launches.env('reader'), BRAVE_API_KEY: 'tuna-in-the-sea' };
}

test('the exported Role hands a secret over where a server has one, and says what is missing where none has', async () => {
  const { code, stderr } = await run(['run', ...launches.args], { env: await reader({ secrets: false }) });
  assert.equal(code, 3, stderr);
  assert.match(stderr, /create, get pods\/attach/);
  assert.deepEqual(await launches.pods(), []);
  const session = await talk(launches.args, await reader({ secrets: true }));
  assert.match(JSON.stringify(await session.ask('tools/list', {})), /brave_web_search/);
  await session.close();
  const gone = async (): Promise<boolean> => (await launches.pods()).length === 0;
  await until('every pod is gone', gone, { withinMs: 30_000 });
});

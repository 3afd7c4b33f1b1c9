/**
 * `mcpcat serve` in the cluster, from the manifests that are exported. Its pod shares the node's network here, because
 * the registry of the tests is on loopback; all else is as it is exported.
 */
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { before, test } from 'node:test';
import { text } from 'node:stream/consumers';
import { clusterLacks } from '../../src/engine/kubernetes/cluster-info.ts';
import { accessObjects, needsOf } from '../../src/export/kubernetes/access.ts';
import { serveObjects } from '../../src/export/kubernetes/serve.ts';
import { openRegistry } from '../registry/rig.ts';
import { closedAfterwards } from '../rig/closed-afterwards.ts';
import { testEngine } from '../rig/engine.ts';
import { Cluster, noNetworkClass } from './rig/cluster.ts';
import { nodeAddress } from './rig/control-plane.ts';
import { indexWith } from './rig/index-with.ts';
import { livePods } from './rig/launches.ts';
import { buildOwnImage } from './rig/own-image.ts';
import { pushed } from './rig/published.ts';
import { until } from './rig/until.ts';

const namespace = 'serve';
const ownTag = 'mcpcat-test/kubernetes-serve:1';
const token = 't'.repeat(43);
const opened = closedAfterwards();
let cluster: Cluster;

before(
  async () => {
    cluster = await Cluster.running();
    const engine = await testEngine();
    const registry = opened.use(await openRegistry());
    const image = await pushed(engine, { registry, tag: 'mcpcat/everything:local', name: 'everything' });
    const index = indexWith(image);
    opened.defer(() => engine.removeImage(ownTag, { force: true }));
    await buildOwnImage(engine, ownTag, JSON.stringify(index));
    const own = await pushed(engine, { registry, tag: ownTag, name: 'mcpcat' });
    await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'mcpcat-token', namespace } };
    const servers = Object.values(index.servers);
    const wishes = { namespace, image: own, servers, isolation: noNetworkClass, acceptMissing: clusterLacks };
    const [settings = {}, deployment, ...others] = serveObjects(wishes);
    const objects = [settings, onTheNodesNetwork(deployment), ...others];
    await cluster.apply(
      { ...secret, stringData: { token } },
      ...accessObjects(namespace, needsOf(servers)),
      ...objects,
    );
    const ready = ['rollout', 'status', 'deployment/mcpcat', '-n', namespace, '--timeout=90s'];
    const { code, stdout, stderr } = await cluster.kubectl(ready);
    assert.equal(code, 0, `${stdout}${stderr}${await said()}`);
  },
  { timeout: 240_000 },
);

async function said(): Promise<string> {
  const pods = await cluster.kubectl(['describe', 'pods', '-n', namespace]);
  return `${pods.stdout}${(await cluster.kubectl(['logs', 'deployment/mcpcat', '-n', namespace])).stdout}`;
}

function onTheNodesNetwork(deployment: object | undefined): object {
  const copy = JSON.parse(JSON.stringify(deployment)) as {
    spec: { template: { spec: Record<string, unknown> } };
  };
  copy.spec.template.spec['hostNetwork'] = true;
  return copy;
}

interface Answer {
  readonly status: number;
  readonly session: string;
  readonly body: string;
}

async function post(message: object, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const all = {
    host: `mcpcat.${namespace}.svc:8080`,
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    ...headers,
  };
  return new Promise((resolve, reject) => {
    const asked = request(
      { host: nodeAddress, port: 8080, path: '/mcp', method: 'POST', headers: all },
      (got) => {
        const session = String(got.headers['mcp-session-id'] ?? '');
        text(got).then((body) => resolve({ status: got.statusCode ?? 0, session, body }), reject);
      },
    );
    asked.on('error', reject);
    asked.end(JSON.stringify({ jsonrpc: '2.0', ...message }));
  });
}

const initialize = {
  id: 1,
  method: 'initialize',
  params: {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'test', version: '1' },
  },
};

async function sessionPods(): Promise<number> {
  return (await livePods(cluster, namespace)).length;
}

interface Speaking {
  readonly call: (tool: string, args: object) => Promise<Answer>;
  readonly list: () => Promise<Answer>;
}

async function openedSession(): Promise<Speaking> {
  const { session, status, body } = await post(initialize);
  assert.equal(status, 200, body);
  const headers = { 'mcp-session-id': session, 'mcp-protocol-version': '2025-06-18' };
  await post({ method: 'notifications/initialized' }, headers);
  return {
    call: (name, args) => post({ id: 2, method: 'tools/call', params: { name, arguments: args } }, headers),
    list: () => post({ id: 3, method: 'tools/list' }, headers),
  };
}

const echo = { message: 'from the cluster' };

test('without the token, or under another name, nobody comes in', async () => {
  assert.equal((await post(initialize, { authorization: 'Bearer other' })).status, 401);
  assert.equal((await post(initialize, { host: 'mcpcat.example.com' })).status, 403);
});

test('a restart of the API server fails the calls in flight alone: lists are answered meanwhile, the next call starts anew', async () => {
  const { call, list } = await openedSession();
  assert.match((await call('echo', echo)).body, /Echo: from the cluster/, await said());
  const [old] = await livePods(cluster, namespace);
  const inFlight = [1, 2].map(() => call('trigger-long-running-operation', { duration: 120, steps: 2 }));
  // The second answer says that the first two have reached the server before it.
  assert.match((await call('echo', echo)).body, /Echo/);
  await cluster.controlPlane.killApiServer();
  for (const { status, body } of await Promise.all(inFlight))
    assert.match(body, /"(error|isError)":/, String(status));

  assert.match((await list()).body, /"echo"/);
  const late = await openedSession();
  assert.match((await late.list()).body, /"echo"/);
  assert.match((await late.call('echo', echo)).body, /"(error|isError)":.*API server/);

  await cluster.controlPlane.startApiServer();
  assert.match((await call('echo', echo)).body, /Echo: from the cluster/, await said());
  const oldGone = async (): Promise<boolean> => !(await livePods(cluster, namespace)).includes(old ?? '');
  await until('the pod from before is gone', oldGone, { withinMs: 60_000 });
});

test('serve that is killed takes the pods of its sessions along, by the cluster itself', async () => {
  const { call } = await openedSession();
  assert.match((await call('echo', echo)).body, /Echo: from the cluster/, await said());
  const old = await livePods(cluster, namespace);
  const selected = ['pods', '-n', namespace, '-l', 'app.kubernetes.io/component=serve'];
  const { code, stderr } = await cluster.kubectl(['delete', ...selected, '--force', '--grace-period=0']);
  assert.equal(code, 0, stderr);
  const gone = async (): Promise<boolean> => {
    const live = await livePods(cluster, namespace);
    return old.length > 0 && old.every((name) => !live.includes(name));
  };
  await until('the pods of its sessions are gone', gone, { withinMs: 60_000 });
  const ready = ['rollout', 'status', 'deployment/mcpcat', '-n', namespace, '--timeout=90s'];
  assert.equal((await cluster.kubectl(ready)).code, 0);
});

test('a call makes a pod beside serve, which answers it; the end of the session takes it away', async () => {
  const { call } = await openedSession();
  const others = await sessionPods();
  const { body } = await call('echo', echo);
  assert.match(body, /Echo: from the cluster/, await said());
  assert.equal(await sessionPods(), others + 1);
  await cluster.kubectl(['scale', 'deployment/mcpcat', '-n', namespace, '--replicas=0']);
  const gone = async (): Promise<boolean> => (await sessionPods()) === 0;
  await until("the session's pod is gone with serve", gone, { withinMs: 60_000 });
});

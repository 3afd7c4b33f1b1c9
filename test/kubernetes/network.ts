/** What a server in a cluster reaches: the tunnel and nothing else, and no start where that is not proved. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { before, test } from 'node:test';
import { clusterLacks } from '../../src/engine/kubernetes/cluster-info.ts';
import { pushImage } from '../../src/registry/push.ts';
import { repackImage } from '../../src/registry/repack/repack.ts';
import { client, openRegistry } from '../registry/rig.ts';
import { atHome } from '../rig/at-home.ts';
import { closedAfterwards } from '../rig/closed-afterwards.ts';
import { run, testEngine, type Ran } from '../rig/engine.ts';
import { talk, type Talk } from '../rig/talk.ts';
import { Cluster, namespace, noNetworkClass } from './rig/cluster.ts';
import { ran } from './rig/ran.ts';

const opened = closedAfterwards();
const images: Record<string, string> = {};
let cluster: Cluster;
let home: string;

before(async () => {
  cluster = await Cluster.running();
  home = mkdtempSync(path.join(tmpdir(), 'mcpcat-home-'));
  opened.defer(() => rmSync(home, { recursive: true, force: true }));
  mkdirSync(path.join(home, '.config/mcpcat'), { recursive: true });
  const settings = JSON.stringify({ servers: {}, acceptMissing: clusterLacks });
  writeFileSync(path.join(home, '.config/mcpcat/settings.json'), settings, { mode: 0o600 });
  const registry = opened.use(await openRegistry());
  const engine = await testEngine();
  for (const name of ['everything', 'fetch', 'brave-search']) {
    await using packed = await repackImage(await engine.saveImage(`mcpcat/${name}:local`));
    const { digest } = await pushImage(client(registry.host), packed, {
      repository: `mcpcat/${name}`,
      tags: ['1'],
    });
    images[name] = `${registry.host}/mcpcat/${name}@${digest}`;
  }
});

const env = (): Record<string, string> => ({
  ...atHome(home),
  KUBECONFIG: cluster.controlPlane.kubeconfig('admin', 'token'),
});

function words(name: string, more: readonly string[]): string[] {
  const engine = `kubernetes://test/${namespace}`;
  const lacks = ['--accept-missing', clusterLacks.join(','), '--insecure-unverified'];
  return [name, '--image', images[name] ?? '', '--engine', engine, ...lacks, ...more];
}

const started = (name: string, more: readonly string[], own: object = {}): Promise<Talk> =>
  talk(words(name, more), { ...env(), ...own });
const refused = (more: readonly string[]): Promise<Ran> =>
  run(['run', ...words('everything', more)], { env: env() });

test('a server reaches what it is permitted over the tunnel, by name, and hears of nothing else', async () => {
  const web = createServer((_request, response) => response.end('from the launcher’s machine'));
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
  opened.defer(() => void web.close());
  const { port } = web.address() as AddressInfo;
  const session = await started('fetch', ['--isolation', noNetworkClass, '--allow-local', String(port)]);
  const answer = await session.call('fetch', { url: `http://host.mcpcat.internal:${String(port)}/` });
  assert.match(JSON.stringify(answer), /from the launcher’s machine/);
  const other = await session
    .call('fetch', { url: 'http://169.254.169.254/' })
    .catch((error: unknown) => String(error));
  assert.match(JSON.stringify(other), /isError":true|rror/);
  await session.close();
});

test('secrets reach a server, and are in no object of the cluster', async () => {
  const session = await started('brave-search', ['--isolation', noNetworkClass], {
    BRAVE_API_KEY: 'tuna-in-the-sea',
  });
  const pods = await cluster.kubectl([
    'get',
    'pods,secrets,configmaps,events',
    '-n',
    namespace,
    '-o',
    'json',
  ]);
  assert.match(pods.stdout, /mcpcat-brave-search/);
  assert.doesNotMatch(pods.stdout, /tuna-in-the-sea/);
  await session.close();
});

test('without an isolation that is named nothing starts', async () => {
  const { code, stderr } = await refused([]);
  assert.equal(code, 3, stderr);
  assert.match(stderr, /pods have a network of their own/);
});

test('a RuntimeClass whose pods have a network is refused by what the probe finds', async () => {
  const ordinary = {
    apiVersion: 'node.k8s.io/v1',
    kind: 'RuntimeClass',
    metadata: { name: 'ordinary' },
    handler: 'runc',
  };
  await cluster.apply(ordinary);
  const { code, stderr } = await refused(['--isolation', 'ordinary']);
  assert.equal(code, 3, stderr);
  assert.match(stderr, /expected the interface lo alone, found .*eth0/);
});

const denyAll = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'deny-all', namespace },
  spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
};

test('a policy must stand, and be enforced: a pod that reaches the API server proves that it is not', async () => {
  const without = await refused(['--isolation', 'policy']);
  assert.match(without.stderr, /has no NetworkPolicy that permits its pods nothing/);
  await cluster.apply(denyAll);
  const { code, stderr } = await refused(['--isolation', 'policy']);
  assert.equal(code, 3, stderr);
  assert.match(stderr, /the policy of this namespace is not enforced: a pod reaches api-server/);
});

/** A stand-in for a network plugin that enforces policies, which the rig's does not: all that pods send is dropped. */
async function enforced(action: '-I' | '-D'): Promise<void> {
  for (const chain of ['INPUT', 'FORWARD'])
    await ran([...cluster.neighbour, 'iptables', action, chain, '-i', 'pods0', '-j', 'DROP']);
}

test('under a policy that is enforced a server starts, and what is weaker is said', async () => {
  await cluster.apply(denyAll);
  await enforced('-I');
  try {
    const session = await started('everything', ['--isolation', 'policy']);
    const answer = await session.call('echo', { message: 'behind a policy' });
    assert.match(JSON.stringify(answer), /behind a policy/);
    await session.close();
    assert.match(session.stderr(), /HAS A NETWORK that a policy of the cluster shuts/);
  } finally {
    await enforced('-D');
    await cluster.kubectl(['delete', 'networkpolicy', 'deny-all', '-n', namespace]);
  }
});

test('doctor names what no pod can hold, and which rights are missing', async () => {
  const doctor = ['doctor', '--engine', `kubernetes://test/${namespace}`, '--json'];
  const whole = await run(doctor, { env: env() });
  const kinds = (JSON.parse(whole.stdout) as { kind: string; status: string }[]).map(({ kind }) => kind);
  for (const lack of clusterLacks) assert.ok(kinds.includes(`lacks-${lack}`), lack);
  const nobody = { ...env(), KUBECONFIG: cluster.controlPlane.kubeconfig('reader', 'token') };
  const { code, stdout } = await run(doctor, { env: nobody });
  assert.equal(code, 3, stdout);
  assert.match(stdout, /you may not/);
});

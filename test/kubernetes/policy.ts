/** Under the isolation `policy`: what is tried before the first server, where each of it is, and what is said of the rest. */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import { closedAfterwards } from '../rig/closed-afterwards.ts';
import type { Ran } from '../rig/engine.ts';
import { Cluster, namespace } from './rig/cluster.ts';
import { nameServerAddress, nodeAddress, serviceAddress } from './rig/control-plane.ts';
import { Launches } from './rig/launches.ts';
import { openNameServer } from './rig/name-server.ts';
import { permitted } from './rig/permitted.ts';
import { published } from './rig/published.ts';
import { ran } from './rig/ran.ts';

const opened = closedAfterwards();
let cluster: Cluster;
let launches: Launches;

const denyAll = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'deny-all', namespace },
  spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
};

before(async () => {
  cluster = await Cluster.running();
  const { image } = opened.use(await published('everything'));
  launches = opened.use(new Launches(cluster, image));
  launches.isolation = 'policy';
  opened.use(await openNameServer(cluster));
  await cluster.apply(denyAll);
  opened.defer(async () => {
    await cluster.kubectl(['delete', 'networkpolicy', 'deny-all', '-n', namespace]);
  });
});

/**
 * A stand-in for a network plugin that enforces policies, which the rig's does not: all that pods send is dropped, but
 * for what goes to one address.
 */
async function shutBut<T>(address: string | undefined, work: () => Promise<T>): Promise<T> {
  const rules = [
    ...['INPUT', 'FORWARD'].map((chain) => [chain, '-i', 'pods0', '-j', 'DROP']),
    ...(address === undefined ? [] : [['INPUT', '-i', 'pods0', '-d', address, '-j', 'ACCEPT']]),
  ];
  const change = async (action: '-I' | '-D'): Promise<void> => {
    for (const rule of rules) await ran([...cluster.neighbour, 'iptables', action, ...rule]);
  };
  await change('-I');
  try {
    return await work();
  } finally {
    await change('-D');
  }
}

async function refused(): Promise<string> {
  const { code, stderr }: Ran = await launches.run();
  assert.equal(code, 3, stderr);
  return stderr;
}

test('where nothing is enforced the API server and DNS are reached at each of their addresses', async () => {
  const said = await refused();
  assert.match(said, new RegExp(`api-server \\(${nodeAddress} 443\\)`));
  assert.match(said, new RegExp(`api-server \\(${serviceAddress} 443\\)`));
  assert.match(said, new RegExp(`cluster-dns \\(${nameServerAddress} 53\\)`));
  assert.match(said, /cluster-dns \(kubernetes\.default\.svc/);
});

test('an API server that is reached from inside alone is found, though the kubeconfig’s address is shut', async () => {
  const said = await shutBut(serviceAddress, refused);
  assert.match(said, new RegExp(`a pod reaches api-server \\(${serviceAddress} 443\\)\n`));
});

test('a name server that is reached is found, by TCP and by an answer', async () => {
  const said = await shutBut(nameServerAddress, refused);
  assert.match(said, new RegExp(`a pod reaches cluster-dns \\(${nameServerAddress} 53\\), cluster-dns`));
  assert.doesNotMatch(said, /api-server/);
});

const untried = /could not be tried, and is not known: the service kubernetes, .*the service kube-dns/;

test('with the exported rights a server starts, and what could not be read is said each time', async () => {
  opened.defer(await permitted(cluster, 'user', { name: 'exported' }));
  await shutBut(undefined, async () => {
    for (const round of ['proved', 'kept']) {
      const session = await launches.talk('user');
      await session.call('echo', { message: round });
      await session.close();
      assert.match(session.stderr(), untried, round);
    }
  });
});

test('whoever may read all of it is told of nothing that was not tried', async () => {
  rmSync(path.join(launches.home, '.cache/mcpcat/kubernetes/networks'), { recursive: true, force: true });
  await shutBut(undefined, async () => {
    const session = await launches.talk('admin');
    await session.close();
    assert.doesNotMatch(session.stderr(), /could not be tried/);
  });
});

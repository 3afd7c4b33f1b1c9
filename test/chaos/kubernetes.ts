/**
 * `npm run chaos:kubernetes [ROUNDS [SEED]]`, against a cluster of its own: ends launches in every way at every moment and
 * at random ones, also by killing the API server, and watches how long anything of theirs runs on the node, and what
 * stays of their pods. Exit code 1 if anything runs on, or a pod is left that `mcpcat prune` does not remove.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { mcpcat, run } from '../rig/engine.ts';
import { Cluster } from '../kubernetes/rig/cluster.ts';
import { Launches, testEndpoint } from '../kubernetes/rig/launches.ts';
import { published } from '../kubernetes/rig/published.ts';
import { Client } from './client.ts';
import { clusterCases, clusterReport, type ClusterCase, type ClusterResult } from './kubernetes-cases.ts';
import { seeded, type Random } from './random.ts';
import { howFor, tearDown } from './teardown.ts';

const [rounds = 40, seed = Math.floor(Math.random() * 2 ** 32)] = process.argv.slice(2).map(Number);
/** Milliseconds: process 1 gives a lease that never came 20 s, and the rest takes far less. */
const deadlineMs = 40_000;
const hello = `${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'chaos', version: '1' } } })}\n`;
const busy = `${JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'trigger-long-running-operation', arguments: { duration: 300, steps: 2 } } })}\n`;

const cluster = await Cluster.running();
await using image = await published('everything');
using launches = new Launches(cluster, image.image);

/** Brings a launch to its moment; false if it ended before. */
async function reached({ moment }: ClusterCase, client: Client): Promise<boolean> {
  await client.ready();
  client.stdin.write(hello);
  if (typeof moment === 'number') return sleep(moment, true);
  const holds: Readonly<Record<Exclude<ClusterCase['moment'], number>, () => Promise<boolean>>> = {
    'pod-made': async () => (await launches.pods()).length > 0,
    held: async () => (await launches.leases()).length > 0,
    idle: () => Promise.resolve(client.said.includes('"id":1')),
    'in-a-call': () => Promise.resolve(client.said.includes('"id":1')),
    suspended: () => Promise.resolve(client.said.includes('"id":1')),
  };
  for (const until = performance.now() + 90_000; performance.now() < until && client.alive(); await sleep(50))
    if (await holds[moment]()) {
      if (moment === 'in-a-call') client.stdin.write(busy);
      if (moment === 'suspended') await launches.suspendServers();
      await sleep(300);
      return true;
    }
  return false;
}

async function play(one: ClusterCase): Promise<ClusterResult> {
  const way = one.teardown === 'api-server-SIGKILL' ? 'engine-cut' : one.teardown;
  const words = [process.execPath, mcpcat, 'run', ...launches.args];
  const client = new Client({ words, env: launches.env(), how: howFor(way) });
  try {
    if (!(await reached(one, client))) return { ...one, verdict: 'failed', detail: client.said.slice(-300) };
    let askedAt = performance.now();
    const cut = async (): Promise<void> => cluster.controlPlane.killApiServer();
    const acted = tearDown(way, { client, cut, asked: () => (askedAt = performance.now()) });
    const [runsMs] = await Promise.all([untilNothingRuns(() => askedAt), acted]);
    if (way === 'engine-cut') await cluster.controlPlane.startApiServer();
    if (runsMs === undefined) return { ...one, verdict: 'leak', detail: client.said.slice(-300) };
    for (const until = performance.now() + 15_000; client.alive() && performance.now() < until;)
      await sleep(50);
    return { ...one, runsMs, ...(await podsAfter(client)) };
  } finally {
    client.destroy();
  }
}

/** Milliseconds from the end until no process of a pod is on the node: no server, no process 1, no lease. */
async function untilNothingRuns(askedAt: () => number): Promise<number | undefined> {
  let goneAt: number | undefined;
  while (performance.now() - askedAt() < deadlineMs) {
    const runs = await launches.inPods();
    // A pod that is on its way starts after its launcher died: what is made of it is waited for, too.
    if (runs.length > 0) goneAt = undefined;
    else goneAt ??= performance.now();
    if (goneAt !== undefined && performance.now() - Math.max(goneAt, askedAt()) > 4000)
      return Math.max(0, goneAt - askedAt());
    await sleep(50);
  }
  return undefined;
}

/** Whether its pod is gone by itself, or by the next sweep. */
async function podsAfter(client: Client): Promise<Pick<ClusterResult, 'verdict' | 'detail'>> {
  if (client.alive()) return { verdict: 'launcher-left', detail: client.said.slice(-300) };
  for (let look = 0; look < 20; look++) {
    if ((await launches.pods()).length === 0) return { verdict: 'gone' };
    await sleep(100);
  }
  const { stderr } = await run(['prune', '--engine', testEndpoint], { env: launches.env() });
  for (let look = 0; look < 100; look++) {
    if ((await launches.pods()).length === 0) return { verdict: 'swept' };
    await sleep(100);
  }
  return { verdict: 'pod-left', detail: stderr.slice(-300) };
}

async function main(random: Random): Promise<void> {
  // The image is on the node, and the network is proved.
  await (await launches.talk()).close();
  const results: ClusterResult[] = [];
  for (const one of clusterCases(random, rounds)) {
    const result = await play(one);
    results.push(result);
    process.stderr.write(`${String(results.length)} of ${String(rounds)}: ${JSON.stringify(result)}\n`);
  }
  const { text, faults } = clusterReport(results);
  process.stdout.write(`seed ${String(seed)}\n${text}`);
  process.exitCode = faults > 0 ? 1 : 0;
}

await main(seeded(seed));

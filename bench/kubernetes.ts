/**
 * `npm run bench:kubernetes`: through a real API server, in turn, the time to the first answer of a server by exec into
 * a pod that is parked already, and with a pod made for it; calls of one session; and the first call of a client of
 * `serve --http` with and without pods that it keeps parked (`--warm`). Needs root and what
 * `npm run test:kubernetes` needs.
 */
import { createInterface } from 'node:readline';
import { accessOf } from '../src/engine/kubernetes/credentials.ts';
import { Api } from '../src/engine/kubernetes/api.ts';
import type { ExecStreams } from '../src/engine/kubernetes/channels.ts';
import { openExec } from '../src/engine/kubernetes/execs.ts';
import { Pods } from '../src/engine/kubernetes/pods.ts';
import { thisHost } from '../src/host/this-host.ts';
import { Cluster, namespace, noNetworkClass } from '../test/kubernetes/rig/cluster.ts';
import { Launches } from '../test/kubernetes/rig/launches.ts';
import { published } from '../test/kubernetes/rig/published.ts';
import { Served } from '../test/kubernetes/rig/served.ts';
import { until } from '../test/kubernetes/rig/until.ts';
import { hardenedPod } from '../test/rig/hardened-pod.ts';
import { hello } from '../test/rig/hello.ts';
import { median, quantile } from './quantile.ts';

const rounds = Number(process.env['ROUNDS'] ?? 8);
const calls = 300;
const server = '/app/node_modules/@modelcontextprotocol/server-everything/dist/index.js';
const command = ['/mcpcat-init', '--', '/usr/local/bin/node', server];

const cluster = await Cluster.running();
await using image = await published('everything');
const env = { ...process.env, KUBECONFIG: cluster.controlPlane.kubeconfig('admin') };
const api = new Api(accessOf('test', { env, host: thisHost() }));
const pods = new Pods(api, namespace);

async function parked(name: string): Promise<void> {
  const pod = hardenedPod(image.image);
  const metadata = { name, namespace };
  const made = await pods.create({
    ...pod,
    metadata,
    spec: { ...pod.spec, runtimeClassName: noNetworkClass },
  });
  await pods.running(made);
}

/** One that has answered initialize. */
async function session(pod: string): Promise<ExecStreams> {
  const streams = await openExec({ api, pods }, { pod, command });
  streams.stdin.write(hello);
  await new Promise<void>((resolve) =>
    createInterface({ input: streams.stdout }).once('line', () => resolve()),
  );
  return streams;
}

/** Milliseconds. */
async function took(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

async function echoes(streams: ExecStreams): Promise<number[]> {
  const lines = createInterface({ input: streams.stdout })[Symbol.asyncIterator]();
  const times: number[] = [];
  for (let id = 2; id < calls + 2; id++) {
    const params = { name: 'echo', arguments: { message: 'x' } };
    times.push(
      await took(async () => {
        streams.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params })}\n`);
        for (let line = ''; !line.includes(`"id":${String(id)}`);) line = String((await lines.next()).value);
      }),
    );
  }
  return times;
}

/** Milliseconds of the first call of a new client, and of all that must be started for it. */
async function firstCall(served: Served): Promise<number> {
  const client = await served.session();
  const time = await took(async () => client.call('echo', { message: 'x' }));
  await client.end();
  return time;
}

async function firstCalls(): Promise<{ readonly warm: number[]; readonly cold: number[] }> {
  using launches = new Launches(cluster, image.image);
  await using cold = new Served(launches, []);
  await using warm = new Served(launches, ['--warm', '1']);
  const times = { warm: [] as number[], cold: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    // Nothing but the one that is parked is left of the rounds before.
    const quiet = async (): Promise<boolean> =>
      (await launches.leases()).length === 1 && (await launches.pods()).length === 1;
    await until('one pod is parked', quiet, { withinMs: 60_000 });
    times.warm.push(await firstCall(warm));
    await until('one pod is parked', quiet, { withinMs: 60_000 });
    times.cold.push(await firstCall(cold));
  }
  await Promise.all([cold.kill('SIGTERM'), warm.kill('SIGTERM')]);
  return times;
}

await parked('bench-parked');
await parked('bench-first'); // the image is on the node, and everything is warm
await pods.remove('bench-first');
const byExec: number[] = [];
const byPod: number[] = [];
for (let round = 0; round < rounds; round++) {
  const name = `bench-${String(round)}`;
  byExec.push(await took(async () => (await session('bench-parked')).destroy()));
  byPod.push(
    await took(async () => {
      await parked(name);
      (await session(name)).destroy();
    }),
  );
  await pods.remove(name);
}
const times = await echoes(await session('bench-parked'));
await pods.remove('bench-parked');
const first = await firstCalls();
const ms = (value: number): string => `${value.toFixed(1)} ms`;
process.stdout.write(
  [
    `exec into a parked pod: ${ms(median(byExec))}, a pod per session: ${ms(median(byPod))} (medians of ${String(rounds)} in turn)`,
    `ratio: ${(median(byExec) / median(byPod)).toFixed(2)}`,
    `a call: ${ms(median(times))} at the median, ${ms(quantile(times, 0.99))} at p99 of ${String(calls)}`,
    `first call over serve: ${ms(median(first.warm))} with a parked pod, ${ms(median(first.cold))} without (medians of ${String(rounds)} in turn)`,
    `ratio: ${(median(first.warm) / median(first.cold)).toFixed(2)}`,
    '',
  ].join('\n'),
);
process.exit(0);

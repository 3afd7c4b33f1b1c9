/** Pods that `serve` keeps parked in a cluster: ready before the first call, used once, and gone with it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namespace } from './rig/cluster.ts';
import { launching } from './rig/launching.ts';
import { Served } from './rig/served.ts';
import { until } from './rig/until.ts';

const { cluster, launches } = await launching();

/** Those that run, are held and have no server. */
async function parked(served: Served, count: number): Promise<void> {
  const holds = async (): Promise<boolean> => (await launches.leases()).length === count;
  await until(`${String(count)} pods are held: ${served.said}`, holds, { withinMs: 120_000 });
  assert.equal((await launches.pods()).length, count);
}

test('a first call takes a pod that is parked, another takes its place, and all go with serve', async () => {
  await using served = new Served(launches, ['--warm', '2']);
  await parked(served, 2);
  assert.deepEqual(await launches.servers(), []);
  const first = await launches.pods();
  const session = await served.session();
  assert.match(await session.call('echo', { message: 'parked' }), /Echo: parked/);
  assert.equal((await launches.servers()).length, 1);
  await parked(served, 3);
  for (const pod of first) assert.ok((await launches.pods()).includes(pod), pod);
  await session.end();
  const taken = async (): Promise<boolean> => (await launches.pods()).length === 2;
  await until('the pod of the session is gone with it', taken, { withinMs: 60_000 });
  await served.kill('SIGTERM');
  await launches.noPod();
});

test('parked pods of a serve that was killed end by their lease, and the next start removes them', async () => {
  await using served = new Served(launches, ['--warm', '2']);
  await parked(served, 2);
  const left = await launches.pods();
  await served.kill('SIGKILL');
  const ended = async (): Promise<boolean> => (await launches.phases()).every((phase) => phase === 'Failed');
  await until('what was parked has ended', ended, { withinMs: 30_000 });
  const next = await launches.talk();
  const reaped = async (): Promise<boolean> => !(await launches.pods()).some((pod) => left.includes(pod));
  await until('the pods of the killed serve are gone', reaped, { withinMs: 40_000 });
  await next.close();
  await launches.noPod();
});

test('a pod that is taken away while it is parked is replaced, and a call meanwhile does not fail', async () => {
  await using served = new Served(launches, ['--warm', '1']);
  await parked(served, 1);
  const [pod = ''] = await launches.pods();
  await cluster.kubectl(['delete', 'pod', pod, '-n', namespace, '--wait=false']);
  const session = await served.session();
  assert.match(await session.call('echo', { message: 'all the same' }), /Echo: all the same/);
  await parked(served, 2);
  assert.ok(!(await launches.pods()).includes(pod));
  await served.kill('SIGTERM');
  await launches.noPod();
});

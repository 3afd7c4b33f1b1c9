/** What a pod has no field for, as process 1 holds it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodeProcesses } from '../../src/engine/kubernetes/limited.ts';
import { launching } from './rig/launching.ts';

const { launches } = await launching();

test('a server has the open files that it has on one machine, and a bound on processes', async () => {
  const session = await launches.talk();
  const [pid = ''] = await launches.servers();
  const limits = await launches.onNode(['cat', `/proc/${pid}/limits`]);
  const limit = (name: string): number[] =>
    (new RegExp(`^${name} +(\\d+) +(\\d+) `, 'm').exec(limits) ?? []).slice(1).map(Number);
  // A limit of this machine that is lower already stays.
  for (const [name, most] of [
    ['Max open files', 4096],
    ['Max processes', nodeProcesses],
  ] as const) {
    const found = limit(name);
    assert.ok(found.length === 2 && found.every((one) => one > 0 && one <= most), limits);
  }
  await session.close();
  await launches.noPod();
});

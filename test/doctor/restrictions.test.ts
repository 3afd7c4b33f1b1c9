import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  restrictionAttempts,
  restrictionsHeld,
  type RestrictionAnswers,
} from '../../src/doctor/restrictions.ts';
import type { Answer } from '../../src/engine/probe-answers.ts';

const no: Answer = { verdict: 'no', detail: 'Read-only file system', items: [] };
const says = (detail: string): Answer => ({ verdict: 'ok', detail, items: [] });
const wanted = { memoryBytes: 64 << 20, pids: 64, cpus: 1, uid: 65532 };

const status = [
  'Name:\tmcpcat-init',
  'Uid:\t65532\t65532\t65532\t65532',
  'CapInh:\t0000000000000000',
  'CapPrm:\t0000000000000000',
  'CapEff:\t0000000000000000',
  'CapBnd:\t0000000000000000',
  'NoNewPrivs:\t1',
  'Seccomp:\t2',
].join('\n');

const all = Object.fromEntries(
  Object.keys(restrictionAttempts).map((key) => [key, no]),
) as RestrictionAnswers;
/** As a kernel with the second hierarchy of cgroups answers. */
const good: RestrictionAnswers = {
  ...all,
  status: says(status),
  tmp: says(''),
  memory2: says('67108864\n'),
  swap2: says('0\n'),
  pids2: says('64\n'),
  cpu2: says('100000 100000\n'),
};
/** As one with the first does. */
const first: RestrictionAnswers = {
  ...all,
  status: says(status),
  tmp: says(''),
  memory1: says('67108864\n'),
  swap1: says('67108864\n'),
  pids1: says('64\n'),
  cpu1: says('100000\n'),
  period1: says('100000\n'),
};

function notHeld(answers: RestrictionAnswers): string[] {
  return restrictionsHeld(answers, wanted)
    .filter(({ status: found }) => found !== 'ok')
    .map(({ kind, status: found }) => `${kind} ${found}`);
}

test('a container that is restricted as it was asked for holds everything, with either hierarchy of cgroups', () => {
  assert.deepEqual(notHeld(good), []);
  assert.deepEqual(notHeld(first), []);
  assert.equal(restrictionsHeld(good, wanted).length, 10);
});

for (const [what, change, kind] of [
  ['runs as root', { status: says(status.replaceAll('65532', '0')) }, 'user failed'],
  ['keeps a capability', { status: says(status.replace('CapBnd:\t0', 'CapBnd:\t4')) }, 'capabilities failed'],
  ['may gain rights', { status: says(status.replace('Privs:\t1', 'Privs:\t0')) }, 'no-more-rights failed'],
  [
    'filters no system calls',
    { status: says(status.replace('Seccomp:\t2', 'Seccomp:\t0')) },
    'seccomp failed',
  ],
  ['has a folder open that was not declared', { varTmp: says('') }, 'read-only failed'],
  ['has a declared folder closed', { tmp: no }, 'writable failed'],
  ['has no memory limit', { memory2: says('max\n') }, 'limit-memory failed'],
  ['has a memory limit that is too high', { memory2: says('134217728\n') }, 'limit-memory failed'],
  ['may swap', { swap2: says('max\n') }, 'limit-swap failed'],
  ['has all processors', { cpu2: says('max 100000\n') }, 'limit-cpu failed'],
  ['may start any number of processes', { pids2: says('max\n') }, 'limit-pids failed'],
  ['does not show its limit of swap', { swap2: no }, 'limit-swap warning'],
] as const) {
  test(`a container that ${what} is found out, and only that`, () => {
    assert.deepEqual(notHeld({ ...good, ...change }), [kind]);
  });
}

test('a container that shows nothing of itself is no "ok"', () => {
  const kinds = notHeld({ ...all, tmp: says('') });
  assert.equal(kinds.length, 8);
  assert.ok(
    kinds.every((kind) => kind.endsWith('warning')),
    kinds.join(),
  );
});

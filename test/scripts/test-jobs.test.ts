import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { coverageText, holdsCode, linesIn } from '../../scripts/test/coverage.ts';
import { dealt, shareIn } from '../../scripts/test/deal.ts';
import { groupOf, testFiles } from '../../scripts/test/groups.ts';
import { apart, jobsOf } from '../../scripts/test/jobs.ts';
import { namedFiles } from '../../scripts/test/lanes.ts';
import { Pool } from '../../scripts/test/pool.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { countsIn, type Job } from '../../scripts/test/run-jobs.ts';

const project = path.resolve(import.meta.dirname, '../..');
const job = (name: string, more: Partial<Job> = {}): Job => ({
  name,
  files: [name],
  lane: 'shared',
  load: 'computes',
  ...more,
});

test('what a test needs is told by its folder, and every test file is in one group', () => {
  assert.equal(groupOf('test/docker/registries/pull.test.ts'), 'docker');
  assert.equal(groupOf('test/init/relay.test.ts'), 'docker');
  assert.equal(groupOf('test/egress/tunnel.test.ts'), 'unit');
  const all = testFiles(['unit', 'docker'], []);
  const each = [...testFiles(['unit'], []), ...testFiles(['docker'], [])];
  assert.deepEqual(each.toSorted(), all);
  assert.ok(all.includes('test/scripts/test-jobs.test.ts'));
});

test('lanes and durations name nothing that was renamed or removed', () => {
  const recorded = Object.keys(
    JSON.parse(readFileSync(path.join(project, 'test/durations.json'), 'utf8')) as object,
  );
  const gone = [...namedFiles, ...apart, ...recorded].filter((name) => !existsSync(path.join(project, name)));
  assert.deepEqual(gone, [], 'npm test -- --record writes the durations anew');
});

/** A pool whose tasks end when the test says so. */
function steered(slots: { readonly computes: number; readonly waits: number }): {
  readonly pool: Pool<Job>;
  readonly started: string[];
  readonly end: (name: string) => Promise<void>;
} {
  const started: string[] = [];
  const gates = new Map<string, () => void>();
  const take = ({ name }: Job): Promise<void> => {
    started.push(name);
    return new Promise((resolve) => gates.set(name, resolve));
  };
  const end = async (name: string): Promise<void> => {
    gates.get(name)?.();
    await settled();
  };
  return { pool: new Pool({ slots, take }), started, end };
}

test('so many jobs of each load run at a time, in the order of their arrival', async () => {
  const { pool, started, end } = steered({ computes: 1, waits: 2 });
  const first = pool.run([job('a'), job('b'), job('w', { load: 'waits' })]);
  const later = pool.run([job('x', { load: 'waits' }), job('y', { load: 'waits' }), job('c')]);
  await settled();
  assert.deepEqual(started, ['a', 'w', 'x']);
  await end('w');
  await end('a');
  assert.deepEqual(started, ['a', 'w', 'x', 'y', 'b']);
  await end('b');
  await first;
  assert.deepEqual(started, ['a', 'w', 'x', 'y', 'b', 'c']);
  for (const name of ['c', 'x', 'y']) await end(name);
  await later;
});

test('quiet jobs run when all others are over, and one that is alone when those are too', async () => {
  const { pool, started, end } = steered({ computes: 2, waits: 2 });
  const lonely = job('alone', { lane: 'alone' });
  const quiet = [job('q1', { lane: 'quiet' }), job('q2', { lane: 'quiet' })];
  const done = pool.run([lonely, ...quiet, job('a')]);
  await settled();
  assert.deepEqual(started, ['a']);
  await end('a');
  assert.deepEqual(started, ['a', 'q1', 'q2']);
  await end('q1');
  assert.deepEqual(started, ['a', 'q1', 'q2']);
  await end('q2');
  assert.deepEqual(started, ['a', 'q1', 'q2', 'alone']);
  await end('alone');
  await done;
});

test('a test that leaves something open ends its process as failed, and says what', (t) => {
  const folder = temporaryFolder(t, {
    'leaves.test.mjs': "import { createServer } from 'node:net'; createServer().listen(0, '127.0.0.1');\n",
  });
  const watch = path.join(project, 'scripts/test/each-process.ts');
  const file = path.join(folder, 'leaves.test.mjs');
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--test', '--test-isolation=none', '--import', watch, file],
    // This process is a test's itself, and Node would take the other one for its part.
    { encoding: 'utf8', env: { ...process.env, NODE_TEST_CONTEXT: undefined, MCPCAT_TEST_END_MS: '200' } },
  );
  assert.equal(status, 1);
  assert.match(stderr, /after the last test there is still open: .*TCPServerWrap/);
  assert.match(stderr, /^ℹ cpu_seconds \d+\.\d$/m);
});

test('docker tests close what they open wherever their set-up failed', () => {
  const closing = testFiles(['docker'], ['test/docker']).filter((file) =>
    /^after\(/m.test(readFileSync(path.join(project, file), 'utf8')),
  );
  assert.deepEqual(closing, [], 'closedAfterwards() (test/rig/closed-afterwards.ts) does');
});

/** Every promise that was ready has had its turn. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

test('every job is dealt to one machine, and none has much more to do than another', () => {
  const seconds: Readonly<Record<string, number>> = { a: 100, b: 60, c: 50, d: 40, e: 30, f: 20 };
  const jobs = Object.keys(seconds).map((name) => job(name));
  const hands = [1, 2, 3].map((number) => dealt(jobs, { number, of: 3 }, (name) => seconds[name] ?? 0));
  assert.deepEqual(hands.flatMap((hand) => hand.map(({ name }) => name)).toSorted(), Object.keys(seconds));
  const sums = hands.map((hand) => hand.reduce((sum, { name }) => sum + (seconds[name] ?? 0), 0));
  assert.deepEqual(sums, [100, 110, 90]);
});

test('every unit test file is run once, small folders with others', () => {
  const files = testFiles(['unit'], []);
  const jobs = jobsOf('unit', files);
  assert.deepEqual(jobs.flatMap((one) => one.files).toSorted(), files);
  assert.ok(jobs.length < 40, `${String(jobs.length)} processes`);
});

test('a share that is none is refused with what was found', () => {
  assert.deepEqual(shareIn('2/6'), { number: 2, of: 6 });
  for (const text of ['', '2', '0/6', '7/6', 'x/6'])
    assert.throws(() => shareIn(text), { message: `--group: expected a share such as 2/6, found "${text}"` });
});

test('a process that ended badly has failed, whatever it has counted', () => {
  const output = 'ℹ tests 4\nℹ pass 3\nℹ fail 1\nℹ cancelled 2\n';
  assert.deepEqual(countsIn(output, false), { passed: 3, failed: 3 });
  assert.deepEqual(countsIn('ℹ pass 3\nℹ fail 0\n', true), { passed: 3, failed: 0 });
  assert.deepEqual(countsIn('ℹ pass 3\nℹ fail 0\n', false), { passed: 3, failed: 1 });
  assert.deepEqual(countsIn('', false), { passed: 0, failed: 1 });
});

test('coverage names the share of each folder and the files that nothing loads', () => {
  const lcov = 'SF:src/egress/tunnel.ts\nDA:1,1\nDA:2,0\nDA:3,4\nDA:4,1\nend_of_record\n';
  const text = coverageText(linesIn(lcov), ['src/cli/cli.ts', 'src/egress/dial.ts', 'src/egress/tunnel.ts']);
  assert.match(text, /^egress +75\.0 % of lines, 1 of 2 files loaded {2}\(core\)$/m);
  assert.match(text, /^50\.0 % of 2 source files outside src\/cli are loaded by a unit test$/m);
  assert.match(text, /^not loaded: src\/egress\/dial\.ts$/m);
});

test('a file of types alone holds no code', () => {
  assert.equal(
    holdsCode("import type { A } from './a.ts';\n/** Why. */\nexport interface B { a: A }\n"),
    false,
  );
  assert.equal(holdsCode("export type { A } from './a.ts';\n"), false);
  assert.equal(holdsCode('export const a: number = 1;\n'), true);
  assert.equal(holdsCode("import { a, type B } from './a.ts';\na();\n"), true);
});

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'node:test';
import { label } from '../../src/lib/labels.ts';
import { thisHost } from '../../src/host/this-host.ts';
import { provablyDead, thisOwner } from '../../src/sandbox/owner.ts';
import { chaos } from '../chaos/harness.ts';
import { contestants } from '../chaos/matrix.ts';
import { faultsOf, reportText, totalsOf } from '../chaos/report.ts';
import { eventually, project, testEngine } from '../rig/engine.ts';

test('however and whenever a launch ends, nothing is left behind', { timeout: 400_000 }, async () => {
  const outcome = await chaos({
    engine: await testEngine(),
    seed: 3,
    launches: 40,
    short: true,
    cuts: true,
    only: '',
    seconds: 180,
    concurrency: 4,
    signal: AbortSignal.timeout(380_000),
    onResult: () => undefined,
  });
  process.stdout.write(reportText(outcome));
  assert.deepEqual(faultsOf(outcome), []);
  for (const contestant of contestants) assert.ok(totalsOf(outcome.results, contestant).launches > 0);
  // Without a leak of the unguarded server nothing would show that these teardowns are any trouble at all.
  assert.ok(totalsOf(outcome.results, 'docker-unguarded').leaks > 0);
});

test('an interrupted run cleans up after itself', { timeout: 120_000 }, async () => {
  const engine = await testEngine();
  const run = spawn(process.execPath, [path.join(project, 'test/chaos/chaos.ts'), '--only', 'mcpcat/'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(run, 'exit');
  let said = '';
  run.stdout.resume();
  run.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await eventually(
    () => Promise.resolve(said),
    (text) => / of \d+ /.test(text),
    { withinMs: 60_000 },
  );
  run.kill('SIGINT');
  assert.deepEqual(await exited, [130, null]);
  const prefix = /prefix (\S+)/.exec(said)?.[1] ?? '';
  assert.match(prefix, /^chaos-/);
  const left = await engine.listContainers({ [label.session]: '' });
  assert.deepEqual(
    left.filter(({ labels }) => labels[label.session]?.startsWith(prefix)),
    [],
  );
  const images = await engine.listImages({ 'io.mcpcat.test': '1' });
  assert.deepEqual(
    images.flatMap(({ tags }) => tags).filter((tag) => tag.includes(prefix)),
    [],
  );
});

test('a launcher that its client has not waited for counts as dead', { timeout: 30_000 }, async () => {
  const parent = spawn('/bin/sh', ['-c', 'sleep 60 & echo $!; kill -STOP $$'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    const [chunk] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(chunk.toString());
    const started = (await thisHost().startsOf([pid]))?.get(pid) ?? '';
    const owner = { ...thisOwner(), pid, started };
    assert.equal((await provablyDead([owner], thisHost())).size, 0);
    await sleep(200); // the shell has stopped itself and asks for no exit code any more
    process.kill(pid, 'SIGKILL');
    await eventually(
      () => provablyDead([owner], thisHost()),
      (dead) => dead.size === 1,
    );
  } finally {
    parent.kill('SIGKILL');
  }
});

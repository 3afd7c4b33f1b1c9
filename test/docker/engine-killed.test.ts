/** The engine itself goes away while servers run: a second real engine, which these tests may kill. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { before, test } from 'node:test';
import type { Engine } from '../../src/engine/engine.ts';
import { label } from '../../src/lib/labels.ts';
import { closedAfterwards } from '../rig/closed-afterwards.ts';
import { engineProxy } from '../rig/engine-proxy.ts';
import { eventually, mcpcat, project, run, testEngine } from '../rig/engine.ts';
import { fixtureCatalog, type FixtureCatalog } from '../rig/fixture-catalog.ts';
import { hello } from '../rig/hello.ts';
import { SecondEngine } from '../rig/second-engine.ts';

const timeout = 180_000;
const second = new SecondEngine();
let engine: Engine;
const opened = closedAfterwards();
let catalog: FixtureCatalog;

before(
  async () => {
    const first = await testEngine();
    catalog = opened.use(await fixtureCatalog(first, { none: '', 'ignores-everything': '' }, 'killed'));
    opened.defer(() => second.remove());
    engine = await second.start();
    for (const name of ['none', 'ignores-everything'])
      await second.load(await first.saveImage(catalog.imageOf(`killed-${name}`)));
  },
  { timeout },
);

interface Session {
  readonly process: ChildProcessWithoutNullStreams;
  readonly ended: Promise<{ code: number | null; stdout: string; stderr: string; endedOutput: boolean }>;
}

async function serving(server: string): Promise<Session> {
  const child = spawn(
    process.execPath,
    [mcpcat, 'run', `killed-${server}`, '--catalog', catalog.folder, '--engine', second.socket],
    { cwd: project },
  );
  const text = { stdout: '', stderr: '', endedOutput: false };
  child.stdin.on('error', () => undefined);
  child.stdout.on('data', (chunk: Buffer) => (text.stdout += chunk.toString()));
  child.stdout.on('end', () => (text.endedOutput = true));
  child.stderr.on('data', (chunk: Buffer) => (text.stderr += chunk.toString()));
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string; endedOutput: boolean }>(
    (resolve) => child.on('close', (code) => resolve({ code, ...text })),
  );
  child.stdin.write(hello);
  await eventually(
    () => Promise.resolve(text.stdout + text.stderr),
    (all) => all.includes('"id":1'),
  );
  return { process: child, ended };
}

async function nothingIsLeft(): Promise<void> {
  await eventually(
    () => engine.listContainers({ [label.owner]: '' }),
    (found) => found.length === 0,
  );
}

for (const server of ['none', 'ignores-everything']) {
  test(
    `an engine killed while "${server}" runs ends the session, and nothing is left when it is back`,
    { timeout },
    async () => {
      const session = await serving(server);
      await second.signal('SIGKILL');
      const { code, stderr, endedOutput } = await session.ended;
      assert.deepEqual([code, endedOutput], [3, true]);
      assert.match(stderr, /the engine went away while killed-[a-z-]+ ran.*\nhint: when it is back/);
      engine = await second.start();
      assert.equal((await run(['prune', '--engine', second.socket])).code, 0);
      await nothingIsLeft();
    },
  );
}

test('an engine that is stopped in order takes its servers with it', { timeout }, async () => {
  const session = await serving('none');
  await second.signal('SIGTERM');
  const { code, endedOutput } = await session.ended;
  assert.equal(endedOutput, true);
  assert.notEqual(code, null);
  engine = await second.start();
  assert.equal((await run(['prune', '--engine', second.socket])).code, 0);
  await nothingIsLeft();
});

test('an engine that hangs does not keep the launcher for ever', { timeout }, async () => {
  const session = await serving('ignores-everything');
  await second.signal('SIGSTOP');
  session.process.kill('SIGTERM');
  const { stderr } = await session.ended;
  await second.signal('SIGCONT');
  assert.match(stderr, /has not confirmed that the container [0-9a-f]{12} is removed/);
  assert.equal((await run(['prune', '--engine', second.socket])).code, 0);
  await nothingIsLeft();
});

test(
  'an engine that hangs before the container exists does not keep the launcher for ever',
  { timeout },
  async () => {
    await second.signal('SIGSTOP');
    await using proxy = await engineProxy(second.socket);
    const child = spawn(
      process.execPath,
      [mcpcat, 'run', 'killed-none', '--catalog', catalog.folder, '--engine', proxy.address],
      { cwd: project },
    );
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
    await proxy.asked(/./);
    child.kill('SIGTERM');
    const code = await closed;
    await second.signal('SIGCONT');
    assert.equal(code, 3);
    assert.match(stderr, /the engine had not answered \d+ ms after the end was asked for/);
    // What it was asked for meanwhile it may make only now, for nobody.
    for (const _ of ['what there is', 'what came late']) {
      await new Promise((resolve) => setTimeout(resolve, 1000));
      await eventually(
        async () => {
          assert.equal((await run(['prune', '--engine', second.socket])).code, 0);
          return engine.listContainers({ [label.owner]: '' });
        },
        (found) => found.length === 0,
      );
    }
  },
);

test('an image removed while its server runs does not end the session', { timeout }, async () => {
  const session = await serving('none');
  await engine.removeImage(catalog.imageOf('killed-none'), { force: true }).catch(() => undefined);
  session.process.stdin.end(hello.replace('"id":1', '"id":2'));
  const { code, stdout } = await session.ended;
  assert.equal(code, 0);
  assert.match(stdout, /"id":2/);
  await nothingIsLeft();
});

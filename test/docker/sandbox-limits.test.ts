/** What a server can't take: processes, memory, disk and processor time, each tried with force. */
import assert from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine } from '../../src/engine/engine.ts';
import { label } from '../../src/lib/labels.ts';
import { endMessage, endReason } from '../../src/sandbox/end-reason.ts';
import { closedAfterwards } from '../rig/closed-afterwards.ts';
import { eventually, mcpcat, project, testEngine } from '../rig/engine.ts';
import {
  entryOf,
  firstLine,
  measure,
  probeImage,
  probeSandbox,
  removeProbes,
  within,
  withProbe,
  type Measured,
} from '../rig/probe.ts';

const timeout = 180_000;
const image = `mcpcat/test-limits:${String(process.pid)}`;
const limits = { memory: '96m', pids: 40, cpus: 1 };
const mib = 1024 ** 2;
let engine: Engine;
const opened = closedAfterwards();
let catalog: string;

before(
  async () => {
    engine = await testEngine();
    opened.defer(() => removeProbes(engine, image));
    await probeImage(engine, image);
    catalog = mkdtempSync(path.join(tmpdir(), 'mcpcat-limits-'));
    opened.defer(() => rmSync(catalog, { recursive: true }));
    mkdirSync(path.join(catalog, 'fixture-probe'));
    writeFileSync(path.join(catalog, 'fixture-probe/server.yaml'), JSON.stringify(entryOf({ limits })));
  },
  { timeout },
);

async function probe(
  args: readonly string[],
  more: Readonly<Record<string, unknown>> = {},
): Promise<Measured> {
  const sandbox = probeSandbox(entryOf({ limits, ...more }), { args });
  return measure(engine, { sandbox, image });
}

function hostileSandbox(
  what: string,
  memory = limits.memory,
): {
  sandbox: ReturnType<typeof probeSandbox>;
  image: string;
  entrypoint: string[];
} {
  return {
    sandbox: probeSandbox(entryOf({ limits: { ...limits, memory } })),
    image,
    entrypoint: ['/mcpcat-init', '--', '/app/hostile', what],
  };
}

/** The probe through the command line, as a client starts it. */
function launched(...args: readonly string[]): { child: ChildProcessWithoutNullStreams; session: string } {
  const session = `limits-${String(process.pid)}-${args.join('-')}`;
  const words = [
    'run',
    'fixture-probe',
    '--catalog',
    catalog,
    '--image',
    image,
    '--pull',
    'never',
    '--',
    ...args,
  ];
  const child = spawn(process.execPath, [mcpcat, ...words], {
    env: { ...process.env, CLAUDE_CODE_SESSION_ID: session },
    cwd: project,
  });
  child.stdin.on('error', () => undefined);
  return { child, session };
}

async function isGone(session: string): Promise<void> {
  await eventually(
    () => engine.listContainers({ [label.session]: session }),
    (found) => found.length === 0,
  );
}

test('processes end at the limit, and the server goes on when they are gone', { timeout }, async () => {
  const { answer } = await probe(['forks']);
  const { count, answer: problem, after: later } = answer as { count: number; answer: string; after: string };
  assert.ok(count > 10 && count < limits.pids, String(count));
  assert.deepEqual([problem, later], ['Resource temporarily unavailable', 'fine']);
});

test(
  'a fork bomb stays within its limit, leaves the host alone and ends with its client',
  { timeout },
  async () => {
    // On a busy machine processes die faster than the kernel frees their stacks: the memory of others would run out first.
    await withProbe(engine, hostileSandbox('bomb', '512m'), async ({ id, attachment, ended }) => {
      assert.equal(await within(firstLine(attachment), 'the start of the bomb'), 'go');
      const count = async (): Promise<number> => (await engine.containerProcesses(id)).length;
      await eventually(count, (found) => found > limits.pids / 2);
      for (let look = 0; look < 10; look++) {
        const found = await count();
        assert.ok(found <= limits.pids, `${String(found)} processes`);
        await sleep(100);
      }
      assert.equal(
        execFileSync(process.execPath, ['-p', '6*7'], { timeout: 20_000 }).toString().trim(),
        '42',
      );
      attachment.stdin.end();
      await within(ended, 'the end of the bomb', 40_000);
    });
  },
);

for (const [what, end] of [
  ['bomb', 'SIGKILL'],
  ['bomb', 'SIGTERM'],
  ['cling', 'SIGKILL'],
  ['cling', 'SIGTERM'],
] as const) {
  test(
    `nothing is left of a hostile server (${what}) when its launcher gets ${end}`,
    { timeout },
    async () => {
      const { child, session } = launched('become', what);
      assert.equal(await within(firstLine({ ...child, destroy: () => child.kill() }), 'its start'), 'go');
      assert.equal((await engine.listContainers({ [label.session]: session })).length, 1);
      child.kill(end);
      await isGone(session);
    },
  );
}

test('a child that eats memory is killed at the limit, and its parent lives on', { timeout }, async () => {
  const { answer, end } = await probe(['eat']);
  const { signal, peak } = answer as { signal: string; peak: number };
  assert.equal(signal, 'SIGKILL');
  assert.ok(peak <= 96 * mib && peak > 60 * mib, String(peak));
  assert.equal(end.exitCode, 0);
});

test('a server that eats memory ends, and its end is told apart from any other', { timeout }, async () => {
  const sandbox = probeSandbox(entryOf({ limits }));
  await withProbe(engine, hostileSandbox('eat'), async ({ id, ended }) => {
    const { exitCode } = await within(ended, 'the end of the eater');
    const facts = await engine.inspectContainer(id);
    const seen = { exitCode, outOfMemory: facts?.outOfMemory ?? false };
    assert.deepEqual([exitCode, endReason(seen)], [137, 'out-of-memory']);
    assert.match(
      endMessage(seen, sandbox)?.text ?? '',
      /^fixture-probe needed more than its 96m of memory and was ended$/,
    );
  });
});

test('mcpcat run says that the memory ran out and how to give more', { timeout }, async () => {
  const { child } = launched('become', 'eat');
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const code = await within(new Promise((resolve) => child.once('close', resolve)), 'the end of the eater');
  assert.equal(code, 137);
  assert.match(stderr, /needed more memory than its limit/);
  assert.match(stderr, /its limit is 96m \(see --memory SIZE\)/);
});

test('one folder takes no more than its size, and says ENOSPC', { timeout }, async () => {
  const { answer } = await probe(['tmpfs', '/tmp']);
  const { fill } = answer as { fill: { answer: string; written: number; size: number } };
  assert.deepEqual([fill.answer, fill.size], ['ENOSPC', 16 * mib]);
  assert.ok(fill.written <= fill.size);
});

test('folders that together are larger than the memory can not take more than it', { timeout }, async () => {
  const folders = Array.from({ length: 8 }, (_, index) => `/data/${String(index)}`);
  const { answer, end, facts } = await probe(['keep', ...folders], {
    permissions: { writable: ['/tmp', ...folders] },
    limits: { ...limits, memory: '64m' },
  });
  // What a tmpfs holds can't be freed by ending a process: the server is killed, the container with its files goes.
  assert.deepEqual([answer, end.exitCode, facts?.outOfMemory], [undefined, 137, true]);
});

for (const cpus of [1, 0.5]) {
  test(`four busy processes get no more than ${String(cpus)} of a processor`, { timeout }, async () => {
    const { answer } = await probe(['cpu', '2000', '4'], { limits: { ...limits, cpus } });
    const { cores } = answer as { cores: number };
    assert.ok(cores > 0 && cores < cpus * 1.5, `${cores.toFixed(2)} processors`);
  });
}

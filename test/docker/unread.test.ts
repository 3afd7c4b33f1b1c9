/** A client that does not read what it is given: stderr, stdout, or both. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { before, test } from 'node:test';
import type { Engine } from '../../src/engine/engine.ts';
import { label } from '../../src/lib/labels.ts';
import { closedAfterwards } from '../rig/closed-afterwards.ts';
import { eventually, mcpcat, project, testEngine } from '../rig/engine.ts';
import { fixtureCatalog, type FixtureCatalog } from '../rig/fixture-catalog.ts';

const timeout = 120_000;
const prefix = 'unread';
const line = (id: number, method: string, params: unknown = {}): string =>
  `${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`;
const hello = line(1, 'initialize', {
  protocolVersion: '2025-06-18',
  capabilities: {},
  clientInfo: { name: 't', version: '1' },
});
let engine: Engine;
const opened = closedAfterwards();
let servers: FixtureCatalog;

before(
  async () => {
    engine = await testEngine();
    servers = opened.use(await fixtureCatalog(engine, { 'floods-stderr': '', 'fills-stdout': '' }, prefix));
  },
  { timeout },
);

interface Client {
  readonly process: ChildProcessWithoutNullStreams;
  readonly running: () => Promise<boolean>;
}

/** Reads nothing by itself. */
function client(server: string): Client {
  const session = randomBytes(6).toString('hex');
  const words = [mcpcat, 'run', `${prefix}-${server}`, '--catalog', servers.folder];
  const child = spawn(process.execPath, words, {
    env: { ...process.env, CLAUDE_CODE_SESSION_ID: session },
    cwd: project,
  });
  child.stdin.on('error', () => undefined);
  const running = async (): Promise<boolean> => {
    const [container] = await engine.listContainers({ [label.session]: session });
    return container?.state === 'running';
  };
  return { process: child, running };
}

/** The exit of a process whose streams stay open because nobody reads them. */
async function exited({ process: child }: Client): Promise<void> {
  const late = AbortSignal.timeout(30_000);
  try {
    if (child.exitCode === null) await once(child, 'exit', { signal: late });
  } finally {
    child.kill('SIGKILL');
  }
}

for (const server of ['floods-stderr', 'fills-stdout']) {
  for (const how of ['the end of input', 'SIGTERM'] as const) {
    test(
      `of a server that ${server}, which nobody reads, nothing is left after ${how}`,
      { timeout },
      async () => {
        const it = client(server);
        it.process.stdin.write(hello);
        await eventually(it.running, (runs) => runs, { withinMs: 60_000 });
        // Until every buffer on the way is full.
        await new Promise((resolve) => setTimeout(resolve, 2000));
        if (how === 'SIGTERM') it.process.kill('SIGTERM');
        else it.process.stdin.end();
        await exited(it);
        assert.equal(await it.running(), false);
      },
    );
  }
}

test(
  'answers come while nobody reads stderr, and how much of it was dropped is said',
  { timeout },
  async () => {
    const it = client('floods-stderr');
    const lines = createInterface({ input: it.process.stdout })[Symbol.asyncIterator]();
    it.process.stdin.write(hello);
    for (let id = 2; id < 6; id++) {
      assert.equal((JSON.parse(String((await lines.next()).value)) as { id: number }).id, id - 1);
      await new Promise((resolve) => setTimeout(resolve, 500));
      it.process.stdin.write(line(id, 'tools/list'));
    }
    await lines.next();
    let said = '';
    it.process.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    // What is on its way at the exit comes after it.
    const closed = once(it.process, 'close');
    it.process.stdin.end();
    await exited(it);
    it.process.stdout.resume();
    await closed;
    assert.match(said, /^mcpcat: dropped \d+ bytes of the server's stderr, which the client did not read$/m);
  },
);

import assert from 'node:assert/strict';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { before, test } from 'node:test';
import type { ContainerSummary, Engine } from '../../src/engine/engine.ts';
import { label } from '../../src/lib/labels.ts';
import { closedAfterwards } from '../rig/closed-afterwards.ts';
import { engineProxy } from '../rig/engine-proxy.ts';
import { eventually, mcpcat, project, run, testEngine } from '../rig/engine.ts';
import { fixtureCatalog, type FixtureCatalog } from '../rig/fixture-catalog.ts';
import { hello } from '../rig/hello.ts';

const timeout = 120_000;
let engine: Engine;
const opened = closedAfterwards();
let catalog: FixtureCatalog;

before(
  async () => {
    engine = await testEngine();
    const behaviours = {
      none: 'env: {TOKEN: {description: A token, secret: true}, MODE: {description: A mode}}\npermissions: {mounts: [{name: data, target: /data, mode: rw, description: Data}]}\n',
      slow: '',
      'ignores-eof': '',
      'ignores-everything': '',
      'never-reads': '',
      'exits-at-once': '',
      'eats-memory': 'limits: {memory: 128m}\n',
      'drops-at-eof': 'exceptions: [{finding: lost-answers, reason: it ends with its input}]\n',
      banner: 'exceptions: [{finding: stdout-noise, reason: it greets}]\n',
      required: 'env: {KEY: {description: The key, required: true, secret: true}}\n',
    };
    catalog = opened.use(await fixtureCatalog(engine, behaviours, 'run'));
  },
  { timeout },
);

interface Client {
  readonly process: ChildProcessWithoutNullStreams;
  readonly session: string;
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;
  said(text: string): Promise<void>;
}

function client(
  server: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Client {
  const session = randomBytes(6).toString('hex');
  const child = spawn(
    process.execPath,
    [mcpcat, 'run', `run-${server}`, '--catalog', catalog.folder, ...args],
    {
      env: { ...process.env, CLAUDE_CODE_SESSION_ID: session, ...env },
      cwd: project,
    },
  );
  const text = { stdout: '', stderr: '' };
  child.stdin.on('error', () => undefined);
  child.stdout.on('data', (chunk: Buffer) => (text.stdout += chunk.toString('latin1')));
  child.stderr.on('data', (chunk: Buffer) => (text.stderr += chunk.toString()));
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) =>
    child.on('close', (code) => resolve({ code, ...text })),
  );
  const said = async (wanted: string): Promise<void> =>
    void (await eventually(
      () => Promise.resolve(text.stdout + text.stderr),
      (all) => all.includes(wanted),
    ));
  return { process: child, session, ended, said };
}

function containersOf({ session }: Client): Promise<readonly ContainerSummary[]> {
  return engine.listContainers({ [label.session]: session });
}

/** Sends initialize and waits for the answer. */
async function serving(server: string, args: readonly string[] = []): Promise<Client> {
  const started = client(server, args);
  started.process.stdin.write(hello);
  await started.said('"id":1');
  return started;
}

async function isGone(started: Client): Promise<void> {
  await eventually(
    () => containersOf(started),
    (found) => found.length === 0,
  );
}

test('a request is answered, and nothing but the answer is on stdout', { timeout }, async () => {
  const started = client('none');
  started.process.stdin.end(hello);
  const { code, stdout } = await started.ended;
  assert.equal(code, 0);
  assert.equal(stdout.trim().split('\n').length, 1);
  assert.match(stdout, /"serverInfo":\{"name":"fixture"/);
  assert.deepEqual(await containersOf(started), []);
});

test('what a server with an exception prints beside the protocol goes to stderr', { timeout }, async () => {
  const started = client('banner');
  started.process.stdin.end(hello);
  const { stdout, stderr } = await started.ended;
  assert.equal(stdout.trim().split('\n').length, 1);
  assert.match(stdout, /^\{"jsonrpc"/);
  assert.match(stderr, /Welcome to the server!/);
});

test('replies in flight arrive after the client has closed its side', { timeout }, async () => {
  const started = client('slow');
  started.process.stdin.end(hello + `${JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'tools/list' })}\n`);
  assert.match((await started.ended).stdout, /"id":1[\s\S]*"id":2/);
});

test(
  'the end of input waits for the answers of a server that would drop them, where its entry says so',
  { timeout },
  async () => {
    const started = client('drops-at-eof');
    started.process.stdin.end(hello + `${JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'tools/list' })}\n`);
    const { code, stdout } = await started.ended;
    assert.match(stdout, /"id":1[\s\S]*"id":2/);
    assert.equal(code, 0);
  },
);

test('bytes pass untouched in both directions, also by the megabyte', { timeout }, async () => {
  const started = await serving('none');
  const text = randomBytes(3 << 20).toString('base64');
  started.process.stdin.end(
    `${JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'tools/call', params: { name: 'echo', arguments: { text } } })}\n`,
  );
  const { stdout } = await started.ended;
  assert.ok(stdout.includes(text.slice(0, 1000)) && stdout.includes(text.slice(-1000)));
  assert.ok(stdout.length > text.length);
});

for (const server of ['none', 'ignores-eof', 'ignores-everything']) {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGKILL'] as const) {
    test(`nothing is left of "${server}" after ${signal}`, { timeout }, async () => {
      const started = await serving(server);
      assert.equal((await containersOf(started)).length, 1);
      started.process.kill(signal);
      await started.ended;
      await isGone(started);
    });
  }
  test(`the end of input is a normal end of "${server}", and nothing is left`, { timeout }, async () => {
    const started = await serving(server);
    started.process.stdin.end();
    const { code, stderr } = await started.ended;
    const said = stderr.split('\n').filter((line) => /closed stdin|ended/.test(line));
    assert.equal(code, 0);
    assert.equal(said.length, server === 'none' ? 0 : 1, stderr);
    assert.deepEqual(await containersOf(started), []);
  });
}

for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
  test(
    `nothing is left of a server that never reads, with its pipe full, after ${signal}`,
    { timeout },
    async () => {
      const started = client('never-reads');
      await eventually(
        () => containersOf(started),
        (found) => found[0]?.state === 'running',
      );
      // More than all pipes and buffers on the way can hold.
      started.process.stdin.write(Buffer.alloc(8 << 20, 'x'));
      await eventually(
        async () => engine.containerProcesses((await containersOf(started))[0]?.id ?? ''),
        (all) => all.some((line) => line.includes('mcpcat-init lease')),
      );
      started.process.kill(signal);
      await started.ended;
      await isGone(started);
    },
  );
}

test(
  'the lease is opened again when it is ended inside, and its loss ends the session',
  { timeout },
  async () => {
    const started = await serving('ignores-eof');
    const [container] = await containersOf(started);
    const endLease = async (): Promise<void> => {
      const script =
        'for (const p of require("fs").readdirSync("/proc").filter((n) => n > 1)) try { if (require("fs").readFileSync(`/proc/${p}/cmdline`, "utf8").includes("lease")) process.kill(p, "SIGKILL") } catch {}';
      const session = await engine.exec(container?.id ?? '', ['/usr/local/bin/node', '-e', script]);
      session.stdout.resume();
      await new Promise((resolve) => session.stdout.once('close', resolve));
    };
    const ended = started.ended.then(() => true);
    let over = false;
    for (let round = 0; round < 100 && !over; round++) {
      await endLease().catch(() => undefined);
      over = await Promise.race([
        ended,
        new Promise<false>((resolve) => setTimeout(() => resolve(false), 1000)),
      ]);
    }
    assert.match((await started.ended).stderr, /the lease on the container could not be held/);
    assert.deepEqual(await containersOf(started), []);
  },
);

test('logs follows stderr of a running server and stores nothing', { timeout }, async () => {
  const started = await serving('ignores-eof');
  const [container] = await containersOf(started);
  await using proxy = await engineProxy();
  const words = ['logs', container?.id ?? '', '--engine', proxy.address];
  const follower = spawn(process.execPath, [mcpcat, ...words], { cwd: project });
  let seen = '';
  follower.stdout.on('data', (chunk: Buffer) => (seen += chunk.toString()));
  const closed = new Promise((resolve) => follower.once('close', resolve));
  await proxy.asked(/\/attach\?/);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  started.process.stdin.end();
  const code = await closed;
  await started.ended;
  assert.equal(code, 0);
  assert.match(seen, /mcpcat-init: the client closed stdin/);
});

test('SIGTERM before the container exists leaves nothing', { timeout }, async () => {
  for (const delay of [5, 40, 60, 80, 100, 140]) {
    const started = client('none');
    setTimeout(() => started.process.kill('SIGTERM'), delay);
    await started.ended;
    assert.deepEqual(await containersOf(started), []);
  }
});

test(
  'what SIGKILL leaves in state created is removed by prune, and a living session is not',
  { timeout },
  async () => {
    const living = await serving('ignores-eof');
    const killed: Client[] = [];
    for (const delay of [60, 70, 80, 90, 100, 110, 120, 130]) {
      const started = client('none');
      killed.push(started);
      setTimeout(() => started.process.kill('SIGKILL'), delay);
      await started.ended;
    }
    // What the engine is still making for a launcher that is dead is there a moment later only.
    const left = async (): Promise<readonly ContainerSummary[]> => {
      assert.equal((await run(['prune'])).code, 0);
      return (await Promise.all(killed.map(containersOf))).flat();
    };
    for (const _ of ['what there is', 'what came late']) {
      await new Promise((resolve) => setTimeout(resolve, 1500));
      await eventually(left, (found) => found.length === 0);
    }
    assert.equal((await containersOf(living)).length, 1);
    living.process.kill('SIGTERM');
    await living.ended;
  },
);

test(
  'fifty launches of one server side by side all answer and leave nothing',
  { timeout: 300_000 },
  async () => {
    const started = Array.from({ length: 50 }, () => client('none'));
    for (const one of started) {
      one.process.stdin.write(hello);
      one.process.stdout.on('data', (chunk: Buffer) => {
        if (chunk.includes('"id":1')) one.process.stdin.end();
      });
    }
    const results = await Promise.all(started.map(({ ended }) => ended));
    assert.deepEqual(
      results.filter(({ stdout }) => !stdout.includes('"id":1')).map(({ stderr }) => stderr),
      [],
    );
    for (const one of started) assert.deepEqual(await containersOf(one), []);
  },
);

test('the exit code of the server is passed on and said', { timeout }, async () => {
  const { code, stderr } = await client('exits-at-once').ended;
  assert.equal(code, 3);
  assert.match(stderr, /fatal: no API key/);
  assert.match(stderr, /run-exits-at-once ended with exit code 3/);
});

test('an end for want of memory is told apart', { timeout }, async () => {
  const { code, stderr } = await client('eats-memory').ended;
  assert.equal(code, 137);
  assert.match(stderr, /needed more memory than its limit/);
});

test('a secret reaches the server and stands nowhere else', { timeout }, async () => {
  const secret = `s3cret-${randomBytes(8).toString('hex')}`;
  const started = client('none', ['--env', 'MODE=fast'], { TOKEN: secret });
  started.process.stdin.write(hello);
  await started.said('"id":1');
  const [container] = await containersOf(started);
  assert.ok(container);
  const facts =
    JSON.stringify(await engine.inspectContainer(container.id)) +
    (await engine.containerProcesses(container.id)).join('\n');
  assert.ok(!facts.includes(secret));
  const session = await engine.exec(container.id, [
    '/usr/local/bin/node',
    '-e',
    'try{require("fs").readFileSync("/proc/1/environ","utf8")}catch(e){process.stdout.write(e.code)}console.log("",require("fs").readdirSync("/proc").filter(p=>/^[0-9]+$/.test(p)&&p>1).map(p=>{try{return require("fs").readFileSync(`/proc/${p}/environ`,"utf8")}catch{return ""}}).join())',
  ]);
  let seen = '';
  for await (const chunk of session.stdout) seen += String(chunk);
  const [guard = '', ...servers] = seen.split('\n')[0]?.split(' ') ?? [];
  assert.equal(guard, 'EACCES', 'process 1 can be looked into');
  assert.ok(servers.join(' ').includes(secret), 'the server does not have it');
  started.process.stdin.end();
  assert.ok(!(await started.ended).stderr.includes(secret));
});

test('a folder is read-only unless the user says rw', { timeout }, async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-data-'));
  chmodSync(folder, 0o777); // the tests may run as root, and a server never does
  const readOnly = async (mode: string): Promise<string> => {
    const started = await serving('none', ['--mount', `data=${folder}${mode}`]);
    const [container] = await containersOf(started);
    const session = await engine.exec(container?.id ?? '', [
      '/usr/local/bin/node',
      '-e',
      'console.log(require("fs").readFileSync("/proc/mounts","utf8").split("\\n").find(l=>l.includes(" /data "))?.split(" ")[3].slice(0,2))',
    ]);
    let seen = '';
    for await (const chunk of session.stdout) seen += String(chunk);
    started.process.stdin.end();
    await started.ended;
    return seen.trim();
  };
  try {
    assert.deepEqual([await readOnly(''), await readOnly(':ro'), await readOnly(':rw')], ['ro', 'ro', 'rw']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('ps shows a session with its client, and stop ends it', { timeout }, async () => {
  const started = await serving('ignores-everything');
  const [shown] = (
    JSON.parse((await run(['ps', '--json'])).stdout) as readonly {
      id: string;
      session: string;
      server: string;
      memoryBytes: number;
    }[]
  ).filter(({ session }) => session === started.session);
  assert.equal(shown?.server, 'run-ignores-everything');
  assert.ok(shown.memoryBytes > 1 << 20);
  const { code, stdout } = await run(['stop', shown.id]);
  assert.deepEqual([code, stdout.trim()], [0, `stopped run-ignores-everything (${shown.id})`]);
  await started.ended;
  assert.deepEqual(await containersOf(started), []);
});

const wrong: readonly (readonly [what: string, args: readonly string[], code: number, stderr: RegExp])[] = [
  ['an unknown name', ['run', 'run-nane'], 2, /there is no server "run-nane".*\nhint: did you mean run-none/],
  [
    'a missing setting',
    ['run', 'run-required'],
    2,
    /needs a setting that was not given:\n {2}KEY: The key\nhint: .*--env-file/,
  ],
  [
    'a setting that is not declared',
    ['run', 'run-none', '--env', 'MODUS=1'],
    2,
    /declares no setting MODUS\nhint: did you mean MODE/,
  ],
  [
    'a mount that is not declared',
    ['run', 'run-none', '--mount', 'dat=/tmp'],
    2,
    /declares no mount "dat"\nhint: did you mean data/,
  ],
  ['a mount of the system', ['run', 'run-none', '--mount', 'data=/etc'], 2, /\/etc is part of the system/],
  [
    'a size that is none',
    ['run', 'run-none', '--memory', 'lots'],
    2,
    /memory: expected a size such as 512m or 1g, found "lots"\nhint: see --memory SIZE/,
  ],
  [
    'an option with a typo',
    ['run', 'run-none', '--memry', '1g'],
    2,
    /run has no option --memry\nhint: did you mean --memory\?/,
  ],
  [
    'an image that is not there',
    ['run', 'run-none', '--image', 'mcpcat/none:such', '--pull', 'never'],
    3,
    /no image on this engine yet\nhint: mcpcat build/,
  ],
  [
    'no engine',
    ['run', 'run-none', '--engine', '/nonexistent.sock'],
    3,
    /no engine answers at unix:\/\/\/nonexistent.sock \(ENOENT\)\nhint: start it, or run: mcpcat doctor --fix/,
  ],
];
/** Containers of this file's servers; other test files may run at the same time. */
async function startedHere(): Promise<string[]> {
  const all = await engine.listContainers({ [label.owner]: '' });
  return all.filter(({ labels }) => catalog.names.includes(labels[label.server] ?? '')).map(({ id }) => id);
}

for (const [what, args, code, stderr] of wrong) {
  test(`${what} is refused in a line or two, before any container exists`, { timeout }, async () => {
    const earlier = await startedHere(); // may be on their way out
    const result = await run([...args, '--catalog', catalog.folder]);
    assert.match(result.stderr, stderr);
    assert.deepEqual([result.code, result.stdout], [code, '']);
    assert.deepEqual(
      (await startedHere()).filter((id) => !earlier.includes(id)),
      [],
    );
  });
}

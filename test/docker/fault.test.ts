import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import type { Engine } from '../../src/engine/engine.ts';
import { unfinishedImages } from '../../src/image-build/unfinished.ts';
import { label } from '../../src/lib/labels.ts';
import { catalogCopy, markedBase, type CatalogCopy } from '../rig/catalog-copy.ts';
import { closedAfterwards } from '../rig/closed-afterwards.ts';
import { engineProxy, type EngineProxy } from '../rig/engine-proxy.ts';
import { eventually, run, testEngine } from '../rig/engine.ts';
import { fixtureCatalog, type FixtureCatalog } from '../rig/fixture-catalog.ts';
import { hello } from '../rig/hello.ts';
import { start, type Started } from '../rig/started.ts';

const timeout = 300_000;
let engine: Engine;
const opened = closedAfterwards();
let servers: FixtureCatalog;
let builds: CatalogCopy;
let base: Awaited<ReturnType<typeof markedBase>>;
let work: string;

before(
  async () => {
    engine = await testEngine();
    work = mkdtempSync(path.join(tmpdir(), 'mcpcat-fault-'));
    opened.defer(() => rmSync(work, { recursive: true, force: true }));
    servers = opened.use(
      await fixtureCatalog(engine, { none: '', slow: '', 'ignores-everything': '' }, 'fault'),
    );
    base = opened.use(await markedBase(engine, 'python', 'build'));
    builds = opened.use(catalogCopy(['calculator'], engine));
  },
  { timeout },
);

/** A folder for temporary files, so that a test sees what is left in it. */
function temporaryFolder(): { readonly env: { readonly TMPDIR: string }; left(): string[] } {
  const folder = mkdtempSync(path.join(work, 'tmp-'));
  return {
    env: { TMPDIR: folder },
    left: () => readdirSync(folder).filter((name) => name.startsWith('mcpcat')),
  };
}

/** A session id of its own, by which the containers of a run are found. */
function serve(server: string, proxy: EngineProxy): Started & { readonly session: string } {
  const session = path.basename(mkdtempSync(path.join(work, 'session-')));
  const started = start(['run', `fault-${server}`, '--catalog', servers.folder, '--engine', proxy.address], {
    env: { CLAUDE_CODE_SESSION_ID: session },
  });
  return { ...started, session };
}

async function isGone({ session }: { readonly session: string }): Promise<void> {
  await eventually(
    () => engine.listContainers({ [label.session]: session }),
    (found) => found.length === 0,
  );
}

/** At the end of the launch; an engine that is too busy may still be at it, and then that has been said. */
async function isRemoved(started: { readonly session: string }, stderr: string): Promise<void> {
  const left = await engine.listContainers({ [label.session]: started.session });
  if (left.length > 0) assert.match(stderr, /has not confirmed that the container \S+ is removed/);
  await isGone(started);
}

const buildArgs = (address: string): string[] => [
  ...['build', '--all', '--catalog', builds.folder, '--base', `python-build=${base.reference}`],
  ...['--engine', address],
];

/** Nothing of a build on the marked base is left: no image in progress, no container, no folder. */
async function nothingIsLeft(temporary: { left(): string[] }): Promise<void> {
  assert.deepEqual(temporary.left(), []);
  assert.equal(await engine.inspectImage(builds.images[0] ?? ''), undefined);
  const inProgress = async (): Promise<string[]> => {
    const images = await engine.listImages(base.labels);
    const containers = await engine.listContainers(base.labels);
    const unnamed = images.filter(({ tags }) => tags.length === 0);
    return [...unnamed, ...containers].map(({ id }) => id);
  };
  await eventually(inProgress, (left) => left.length === 0);
}

for (const verb of [['ps'], ['prune'], ['doctor'], ['build', '--all'], ['run', 'fault-none']]) {
  test(`without an engine "${verb[0] ?? ''}" says where it looked and what to do`, { timeout }, async () => {
    const absent = path.join(work, 'absent.sock');
    const catalog = verb.length > 1 ? ['--catalog', verb[0] === 'run' ? servers.folder : builds.folder] : [];
    const { code, stdout, stderr } = await run([...verb, ...catalog, '--engine', absent]);
    assert.equal(code, 3, stdout + stderr);
    assert.match(stderr + stdout, new RegExp(`no engine answers at unix://${absent} \\(ENOENT\\)`));
    assert.match(stderr + stdout, /mcpcat doctor --fix/);
    assert.doesNotMatch(stderr, / at .*\.js:\d+/);
  });
}

test('a socket on which nobody listens any more is no engine either', { timeout }, async () => {
  const stale = path.join(work, 'stale.sock');
  const listener = spawn(process.execPath, [
    '-e',
    "require('net').createServer().listen(process.argv[1], () => console.log('up'))",
    stale,
  ]);
  await once(listener.stdout, 'data');
  listener.kill('SIGKILL');
  await once(listener, 'exit');
  const { stderr, code } = await run(['ps', '--engine', stale]);
  assert.equal(code, 3, stderr);
  assert.match(stderr, /no engine answers at unix:.*stale\.sock \(ECONNREFUSED\)/);
});

test('without permission on the socket the message says so, and who may', { timeout }, async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-denied-'));
  chmodSync(folder, 0o755);
  const socket = path.join(folder, 'engine.sock');
  const server = createServer((connection) => connection.destroy()).listen(socket);
  await new Promise((resolve) => server.once('listening', resolve));
  chmodSync(socket, 0);
  const home = path.join(folder, 'home');
  mkdirSync(home);
  const root = process.getuid?.() === 0;
  if (root) chownSync(home, 65534, 65534);
  const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--'];
  const started = start(['ps', '--engine', socket], {
    env: { HOME: home, TMPDIR: home },
    through: root ? nobody : [],
  });
  started.process.stdin.end();
  const { code, stderr } = await started.ended;
  server.close();
  rmSync(folder, { recursive: true });
  assert.equal(code, 3, stderr);
  assert.match(stderr, new RegExp(`no permission on the engine's socket unix://${socket}`));
  assert.match(stderr, /hint: add yourself to the group that owns it/);
});

test('an engine that goes away in mid-build fails the build, not the program', { timeout }, async () => {
  const temporary = temporaryFolder();
  await using proxy = await engineProxy();
  const unnamed = async (): Promise<string[]> =>
    (await engine.listImages(base.labels)).filter(({ tags }) => tags.length === 0).map(({ id }) => id);
  const started = start(buildArgs(proxy.address), temporary);
  await proxy.asked(/^POST .*\/build\?/);
  // Cut once a step has left an image behind: how long that takes is the machine's affair.
  await eventually(unnamed, (found) => found.length > 0);
  await proxy.cut();
  const { code, stdout, stderr } = await started.ended;
  assert.equal(code, 1, stderr);
  assert.match(stderr, /the connection to the engine broke/);
  assert.match(stderr, /hint: see that it is running: mcpcat doctor/);
  assert.match(stdout, /failed/);
  assert.deepEqual(temporary.left(), []);
  assert.equal(await engine.inspectImage(builds.images[0] ?? ''), undefined);

  // Without the engine nothing could be tidied up; prune knows its images, once no build can need them any more.
  // The engine takes a moment to give up the step that it was at.
  await eventually(
    () => engine.listContainers(base.labels),
    (found) => found.length === 0,
  );
  const left = await unnamed();
  assert.ok(left.length > 0);
  const known = async (now: number): Promise<string[]> =>
    (await unfinishedImages(engine, now))
      .map(({ id }) => id)
      .filter((id) => left.includes(id))
      .toSorted();
  assert.deepEqual(await known(Date.now()), []);
  // Those of one second an engine lists in any order.
  assert.deepEqual(await known(Date.now() + 2 * 3_600_000), left.toSorted());
  for (const id of left) await engine.removeImage(id);
});

test(
  'a full disk is called a full disk, whether the engine answers or the build stream says it',
  {
    timeout,
  },
  async () => {
    const words = 'write /var/lib/docker/tmp/x: no space left on device';
    const answers = [
      { status: 500, body: JSON.stringify({ message: words }) },
      {
        status: 200,
        body: `${JSON.stringify({ stream: 'Step 1/9 : FROM x\n' })}\n${JSON.stringify({ errorDetail: { message: words }, error: words })}\n`,
      },
    ];
    for (const answer of answers) {
      const temporary = temporaryFolder();
      await using proxy = await engineProxy();
      proxy.fault(/^POST .*\/build\?/, { kind: 'answer', ...answer });
      const { code, stderr } = await run(buildArgs(proxy.address), temporary);
      assert.equal(code, 1, stderr);
      assert.match(stderr, /no space left on device/);
      assert.match(stderr, /hint: .*(space|prune)/);
      await nothingIsLeft(temporary);
    }
  },
);

test(
  'an error inside the build stream fails the build although the engine answered 200',
  {
    timeout,
  },
  async () => {
    const temporary = temporaryFolder();
    await using proxy = await engineProxy();
    const events = [
      { stream: 'Step 1/2 : FROM x\n' },
      { stream: 'compiling\n' },
      { errorDetail: { message: 'exit 7' } },
    ];
    proxy.fault(/^POST .*\/build\?/, {
      kind: 'answer',
      status: 200,
      body: events.map((event) => JSON.stringify(event)).join('\r\n'),
    });
    const { code, stderr } = await run(buildArgs(proxy.address), temporary);
    assert.equal(code, 1);
    assert.match(stderr, /mcpcat: build: exit 7/);
    assert.match(stderr, /compiling/);
    await nothingIsLeft(temporary);
  },
);

test('a build stream that ends without an image is no success', { timeout }, async () => {
  const temporary = temporaryFolder();
  await using proxy = await engineProxy();
  const body = `${JSON.stringify({ stream: 'Step 1/2 : FROM x\n' })}\n`;
  proxy.fault(/^POST .*\/build\?/, { kind: 'answer', status: 200, body });
  const { code, stdout, stderr } = await run(buildArgs(proxy.address), temporary);
  assert.equal(code, 1, stdout);
  assert.match(stderr, /the engine ended the build before there was an image/);
  await nothingIsLeft(temporary);
});

// Each waits for deadlines of a session of its own.
describe('an engine that fails a launch', { concurrency: 4 }, () => {
  test('a slow engine is waited for', { timeout }, async () => {
    await using proxy = await engineProxy();
    proxy.fault(/\/containers\//, { kind: 'delay', milliseconds: 1500 });
    const started = serve('none', proxy);
    started.process.stdin.write(hello);
    await started.said('"id":1');
    started.process.stdin.end();
    const { code, stderr } = await started.ended;
    assert.equal(code, 0, stderr);
    await isGone(started);
  });

  test(
    'an engine that goes away in mid-reply ends the client’s stream, with a reason',
    { timeout },
    async () => {
      await using proxy = await engineProxy();
      const started = serve('slow', proxy);
      started.process.stdin.write(hello);
      await started.said('"id":1');
      started.process.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'tools/list' })}\n`);
      await proxy.cut();
      const { code, stderr } = await started.ended;
      assert.equal(code, 3, stderr);
      assert.match(stderr, /the engine went away while fault-slow ran/);
      assert.doesNotMatch(stderr, / at .*\.js:\d+/);
      await isGone(started);
    },
  );

  for (const step of ['create', 'attach', 'start']) {
    test(`nothing is left when the engine goes away at "${step}"`, { timeout }, async () => {
      await using proxy = await engineProxy();
      proxy.fault(new RegExp(`^POST .*/containers/.*${step}`), { kind: 'delay', milliseconds: 30_000 });
      const started = serve('ignores-everything', proxy);
      started.process.stdin.write(hello);
      await proxy.asked(new RegExp(`/${step}`));
      await proxy.cut();
      const { code, stderr } = await started.ended;
      assert.equal(code, 3, stderr);
      assert.match(stderr, /mcpcat: .*engine/);
      // What was created and never started has no process 1 that could notice: that is what prune is for.
      const pruned = await run(['prune']);
      assert.equal(pruned.code, 0);
      await isGone(started);
    });
  }

  for (const [what, bytes] of [
    ['lost', 0],
    ['cut in the middle of its head', 20],
    ['cut in the middle of its body', 200],
  ] as const) {
    test(
      `nothing is left when the answer to "create" is ${what}, without any prune`,
      { timeout },
      async () => {
        await using proxy = await engineProxy();
        proxy.fault(/^POST .*\/containers\/create/, { kind: 'cut-answer', bytes });
        const started = serve('ignores-everything', proxy);
        started.process.stdin.write(hello);
        const { code, stderr } = await started.ended;
        assert.equal(code, 3, stderr);
        assert.match(stderr, /mcpcat: .*engine/);
        await isRemoved(started, stderr);
      },
    );
  }

  test(
    'a start that is never answered does not outlast the client’s input: nothing is left, and it is said',
    { timeout },
    async () => {
      await using proxy = await engineProxy();
      proxy.fault(/^POST .*\/containers\/.*start/, { kind: 'delay', milliseconds: 200_000 });
      const started = serve('none', proxy);
      started.process.stdin.end(hello);
      const from = Date.now();
      const { code, stderr } = await started.ended;
      assert.equal(code, 3, stderr);
      assert.match(stderr, /the engine had not started the server/);
      assert.ok(Date.now() - from < 60_000, 'it took more than a minute');
      await isRemoved(started, stderr);
    },
  );

  test('an engine that hangs does not keep the client longer than it waits', { timeout }, async () => {
    await using proxy = await engineProxy();
    const started = serve('none', proxy);
    started.process.stdin.write(hello);
    await started.said('"id":1');
    proxy.freeze();
    const from = Date.now();
    started.process.stdin.end();
    const { code, stderr } = await started.ended;
    const seconds = (Date.now() - from) / 1000;
    await proxy.cut();
    assert.notEqual(code, 0, stderr);
    assert.match(stderr, /engine/);
    assert.ok(seconds < 60, `it took ${seconds.toFixed(0)} s`);
    await run(['prune']);
    await isGone(started);
  });
});

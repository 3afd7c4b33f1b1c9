import assert from 'node:assert/strict';
import { PassThrough, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { mock, test } from 'node:test';
import { launch, type ClientReason, type LaunchRequest, type LaunchResult } from '../../src/launch/launch.ts';
import type { FakeContainer } from '../rig/fake-engine/fake-container.ts';
import type { FakeEngine } from '../rig/fake-engine.ts';
import {
  engineWith,
  fakeImage,
  ignoresEverything,
  plainSandbox,
  steadyProcess1,
  turns,
} from '../rig/session.ts';

interface Launched {
  readonly stdin: PassThrough;
  readonly stdout: PassThrough;
  readonly stderr: PassThrough;
  readonly end: (reason: ClientReason) => void;
  readonly result: Promise<LaunchResult>;
  readonly started: Promise<void>;
}

/** A client of its own, whose streams the test holds. */
function launched(engine: FakeEngine, more: Partial<LaunchRequest> = {}): Launched {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const ready = Promise.withResolvers<(reason: ClientReason) => void>();
  const started = Promise.withResolvers<void>();
  let end: (reason: ClientReason) => void = () => undefined;
  const result = launch({
    engine,
    sandbox: plainSandbox,
    image: fakeImage,
    labels: {},
    process1: steadyProcess1,
    streams: () => ({ stdin, stdout, stderr }),
    onReady: (given) => {
      end = given;
      ready.resolve(given);
    },
    onAttempt: () => undefined,
    onTunnelClosed: () => undefined,
    onStarted: started.resolve,
    ...more,
  });
  result.catch(() => undefined);
  return { stdin, stdout, stderr, end: (reason) => end(reason), result, started: started.promise };
}

test('what the client says comes to the server and back, and the server’s exit code is the launch’s', async () => {
  const engine = engineWith((container) => {
    container.stdin.pipe(container.stdout, { end: false });
    container.stderr.write('a note\n');
    container.stdin.once('end', () => container.exit(0));
  });
  const { stdin, stdout, stderr, result } = launched(engine);
  const all = Promise.all([text(stdout), text(stderr)]);
  stdin.end('hello');
  assert.deepEqual(await result, { exitCode: 0, reason: { kind: 'input-ended' }, left: undefined });
  stdout.end();
  stderr.end();
  assert.deepEqual(await all, ['hello', 'a note\n']);
});

test('a server that ends by itself is told apart, with its exit code', async () => {
  const { result } = launched(engineWith((container) => container.exit(3)));
  assert.deepEqual(await result, { exitCode: 3, reason: { kind: 'exited', exitCode: 3 }, left: undefined });
});

test('a server that fails after the end of its input, by itself, keeps its exit code', async () => {
  const engine = engineWith((container) => {
    container.stdin.resume().once('end', () => container.exit(9));
  });
  const { stdin, result } = launched(engine);
  stdin.end();
  assert.equal((await result).exitCode, 9);
});

const outlasting: readonly (readonly [what: string, program: (container: FakeContainer) => void])[] = [
  // As mcpcat-init does when its grace is over.
  ['mcpcat-init', (it) => void it.stdin.resume().once('end', () => setTimeout(() => it.exit(143), 5))],
  ['us', ignoresEverything],
];
for (const [who, program] of outlasting) {
  test(`a server that had to be ended by ${who} after the end of its input has ended normally`, async () => {
    const { stdin, result } = launched(engineWith(program), { grace: 0 });
    stdin.end();
    assert.deepEqual(await result, { exitCode: 0, reason: { kind: 'input-ended' }, left: undefined });
  });
}

for (const code of [125, 126, 127])
  test(`a server that process 1 did not start (${String(code)}) has not ended normally, however late that was`, async () => {
    const { stdin, result } = launched(
      engineWith((it) => void it.stdin.resume().once('end', () => setTimeout(() => it.exit(code), 5))),
      { grace: 0 },
    );
    stdin.end();
    assert.equal((await result).exitCode, code);
  });

test('an input that ended long before the server ran is no reason to call its failure a normal end', async (t) => {
  let nowMs = 0;
  t.mock.method(performance, 'now', () => nowMs);
  const engine = engineWith((it) => it.exit(9));
  engine.hold('startContainer');
  const { stdin, result } = launched(engine, { grace: 1000 });
  stdin.end();
  const start = await engine.next('startContainer');
  await turns(10);
  nowMs = 10_000;
  await start.release();
  assert.equal((await result).exitCode, 9);
});

test('an engine that hangs is no normal end, and what may be left is said', async () => {
  const engine = engineWith(ignoresEverything);
  const { stdin, result, started } = launched(engine, { grace: 0 });
  await started;
  const { id } = engine.only;
  mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
  try {
    engine.hold('killContainer', 'removeContainer');
    stdin.end();
    const over = new AbortController();
    void result.finally(() => over.abort());
    for (let step = 0; !over.signal.aborted && step < 200; step++) {
      mock.timers.tick(200);
      await turns(3);
    }
  } finally {
    mock.timers.reset();
  }
  assert.deepEqual(await result, { exitCode: 137, reason: { kind: 'input-ended' }, left: id });
});

test('a signal is passed on, a second one does not wait', async () => {
  const engine = engineWith(ignoresEverything);
  const { end, result, started } = launched(engine);
  await started;
  const { only: container } = engine;
  end({ kind: 'signal', signal: 'SIGTERM' });
  await turns(2);
  assert.deepEqual(container.signals, ['SIGTERM']);
  end({ kind: 'signal', signal: 'SIGINT' });
  assert.deepEqual(await result, {
    exitCode: 137,
    reason: { kind: 'signal', signal: 'SIGTERM' },
    left: undefined,
  });
});

test('a client that has closed its input and then sends a signal is told that all is well', async () => {
  const engine = engineWith((container) => void container.stdin.resume());
  const { stdin, end, result, started } = launched(engine);
  await started;
  stdin.end();
  await turns(5);
  end({ kind: 'signal', signal: 'SIGTERM' });
  assert.deepEqual(await result, { exitCode: 0, reason: { kind: 'input-ended' }, left: undefined });
});

test('a client that is gone is the end', async () => {
  const engine = engineWith();
  const { end, result, started } = launched(engine);
  await started;
  end({ kind: 'parent-gone' });
  assert.deepEqual(await result, { exitCode: 143, reason: { kind: 'parent-gone' }, left: undefined });
});

test('an output that breaks is the end', async () => {
  const engine = engineWith((container) => void container.stdout.write('a word'));
  const { stdout, result, started } = launched(engine);
  await started;
  stdout.destroy(new Error('EPIPE'));
  assert.equal((await result).reason.kind, 'output-broken');
});

test('a client that reads nothing keeps neither the server’s end nor ours', async () => {
  const engine = engineWith((container) => {
    container.stdin.resume().once('end', () => container.exit(0));
    for (const stream of [container.stdout, container.stderr]) stream.write(Buffer.alloc(300 * 1024, 'x'));
  });
  const stuck = (): Writable => new Writable({ write: () => undefined });
  const stdin = new PassThrough();
  const { result } = launched(engine, { streams: () => ({ stdin, stdout: stuck(), stderr: stuck() }) });
  stdin.end();
  assert.equal((await result).exitCode, 0);
  assert.equal(engine.containers.size, 0);
});

test('a stderr that nobody reads does not hold back the answers', async () => {
  const flood = Buffer.alloc(64 * 1024, 'x');
  const engine = engineWith((container: FakeContainer) => {
    container.stdin.on('data', (chunk: Buffer) => {
      for (let count = 0; count < 8; count++) container.stderr.write(flood);
      // One connection: what comes after the flood is behind it.
      container.stderr.write('', () => container.stdout.write(chunk));
    });
    container.stdin.once('end', () => container.exit(0));
  });
  const { stdin, stdout, stderr, result } = launched(engine);
  const answers = stdout[Symbol.asyncIterator]();
  for (const ping of ['1', '2', '3', '4']) {
    stdin.write(ping);
    assert.equal(String((await answers.next()).value), ping);
  }
  stdin.end();
  const said = text(stderr);
  await result;
  stderr.end();
  assert.match(await said, /mcpcat: dropped \d+ bytes of the server's stderr/);
});

test('noise between the messages goes to stderr where the entry says so', async () => {
  const message = '{"jsonrpc":"2.0","id":1,"result":{}}\n';
  const engine = engineWith((container) => {
    container.stdout.write(`Welcome!\n${message}`);
    container.stdin.resume().once('end', () => container.exit(0));
  });
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const { result } = launched(engine, { streams: () => ({ stdin, stdout, stderr, sorted: true }) });
  stdin.end();
  await result;
  stdout.end();
  stderr.end();
  assert.deepEqual([await text(stdout), await text(stderr)], [message, 'Welcome!\n']);
});

test('for a server that drops what it is at, the end of input waits for the answers', async () => {
  const order: string[] = [];
  const engine = engineWith((container) => {
    container.stdin.on('data', () => {
      setTimeout(() => {
        order.push('answer');
        container.stdout.write('{"result":{},"id":1}\n');
      }, 20);
    });
    container.stdin.once('end', () => {
      order.push('end');
      container.exit(0);
    });
  });
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const { result } = launched(engine, {
    streams: () => ({ stdin, stdout, stderr, holdInputMs: 2 ** 30 }),
  });
  stdin.end('{"id":1,"method":"tools/call"}\n');
  await result;
  stdout.end();
  assert.deepEqual([order, await text(stdout)], [['answer', 'end'], '{"result":{},"id":1}\n']);
});

test('an image that is missing is said with what to do', async () => {
  const { result } = launched(engineWith(), { image: 'none' });
  await assert.rejects(result, { code: 'image-missing', message: /no image on this engine yet/ });
});

test('an engine that goes away is told apart', async () => {
  const engine = engineWith();
  const { result, started } = launched(engine);
  await started;
  const { id } = engine.only;
  engine.cut();
  const { exitCode, reason, left } = await result;
  assert.deepEqual([exitCode, reason.kind, left], [3, 'engine-gone', id]);
});

test('what was never started is an end like any other', async () => {
  const engine = engineWith();
  engine.hold('createContainer');
  const { end, result } = launched(engine);
  const create = await engine.next('createContainer');
  end({ kind: 'signal', signal: 'SIGHUP' });
  await create.release();
  assert.deepEqual(await result, {
    exitCode: 143,
    reason: { kind: 'signal', signal: 'SIGHUP' },
    left: undefined,
  });
  assert.equal(engine.containers.size, 0);
});

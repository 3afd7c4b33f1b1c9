import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { heartbeatOf, holdLease } from '../../src/session/lease.ts';
import type { FakeExec } from '../rig/fake-engine/fake-exec.ts';
import type { FakeEngine } from '../rig/fake-engine.ts';
import { engineWith, plainContainer, turns } from '../rig/session.ts';

const now = Promise.resolve();

/** Lets time pass until what is awaited has come. */
async function afterTime<T>(awaited: Promise<T>): Promise<T> {
  const come = new AbortController();
  void awaited.finally(() => come.abort());
  for (let step = 0; !come.signal.aborted && step < 100; step++) {
    mock.timers.tick(500);
    await turns(5);
  }
  return awaited;
}

/** What a lease that is always lost says; `onExec` is what becomes of it inside. */
async function lossOf(engine: FakeEngine, onExec: (exec: FakeExec) => void): Promise<string> {
  const id = await plainContainer(engine);
  engine.onExec = onExec;
  const lost = Promise.withResolvers<string>();
  mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
  try {
    holdLease({ engine, id, init: '/mcpcat-init', moment: now, onLost: lost.resolve });
    return await afterTime(lost.promise);
  } finally {
    mock.timers.reset();
  }
}

test('an exec that the engine can’t run is told with the engine’s own words', async () => {
  const words = 'OCI runtime exec failed: exec failed: unable to start container process: chdir to cwd';
  const engine = engineWith();
  const message = await lossOf(engine, (exec) => {
    exec.stdout.write(`${words}\r\n`);
    exec.exit(126);
  });
  assert.equal(message, `the lease on the container could not be held: ${words} (exit code 126)`);
  assert.equal(engine.calls.filter(({ method }) => method === 'exec').length, 3);
});

test('an exec that the engine refuses is told with the refusal', async () => {
  const message = await lossOf(engineWith(), () => {
    throw new Error('exec is forbidden here');
  });
  assert.match(message, /could not be held: exec is forbidden here$/);
});

test('a lease that somebody ends inside is told as that, whatever it printed', async () => {
  const message = await lossOf(engineWith(), (exec) => {
    exec.stderr.write('words of a server');
    exec.exit(0);
  });
  assert.equal(message, 'the lease on the container could not be held: it was ended inside the container');
});

test('a lease is held when the moment has come, or after a while, and let go when asked', async () => {
  const engine = engineWith();
  const id = await plainContainer(engine);
  mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
  try {
    const never = new Promise(() => undefined);
    const lease = holdLease({ engine, id, init: '/mcpcat-init', moment: never, onLost: assert.fail });
    await turns(5);
    assert.equal(engine.only.execs.length, 0);
    mock.timers.tick(3000);
    await turns(5);
    const [exec] = engine.only.execs;
    assert.deepEqual(exec?.command, ['/mcpcat-init', 'lease']);
    lease.release();
    lease.release();
    await turns(5);
    mock.timers.tick(60_000);
    await turns(5);
    assert.equal(engine.only.execs.length, 1);
    assert.equal(exec.stdin.readableEnded, true);
  } finally {
    mock.timers.reset();
  }
});

test('a lease that is let go while it is opened is not held', async () => {
  const engine = engineWith();
  const id = await plainContainer(engine);
  engine.hold('exec');
  const lease = holdLease({ engine, id, init: '/mcpcat-init', moment: now, onLost: assert.fail });
  const opening = await engine.next('exec');
  lease.release();
  await opening.release();
  await turns(5);
  assert.equal(engine.only.execs[0]?.stdin.readableEnded, true);
});

test('on a far engine the lease beats, because nobody tells of a launcher that vanished', async () => {
  const engine = engineWith();
  const id = await plainContainer(engine);
  assert.equal(heartbeatOf(engine), undefined);
  const far = { endpoint: 'tcp://engine:2376', exec: engine.exec.bind(engine) };
  mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
  try {
    const lease = holdLease({ engine: far, id, init: '/mcpcat-init', moment: now, onLost: assert.fail });
    await turns(5);
    const [exec] = engine.only.execs;
    assert.deepEqual(exec?.command, ['/mcpcat-init', 'lease', '--heartbeat', '35000']);
    let beats = '';
    exec.stdin.on('data', (chunk: Buffer) => (beats += chunk.toString()));
    for (let beat = 0; beat < 3; beat++) {
      mock.timers.tick(10_000);
      await turns(3);
    }
    assert.equal(beats, '...');
    lease.release();
  } finally {
    mock.timers.reset();
  }
});

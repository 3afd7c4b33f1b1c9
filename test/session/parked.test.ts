import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PermittedRule } from '../../src/egress/rules.ts';
import { frameOf } from '../../src/egress/frames.ts';
import { openSession } from '../../src/session/open-session.ts';
import type { SessionRequest } from '../../src/session/session.ts';
import type { FakeEngine } from '../rig/fake-engine.ts';
import { parking } from '../rig/parking.ts';
import { fakeImage, plainSandbox, steadyProcess1, turns } from '../rig/session.ts';

const network: readonly PermittedRule[] = [
  { kind: 'exact', name: 'api.example.com', ports: [443], private: 'refused' },
];

function started(
  engine: FakeEngine,
  rules: readonly PermittedRule[],
  more: Partial<SessionRequest> = {},
): ReturnType<typeof openSession> {
  return openSession({
    engine,
    sandbox: { ...plainSandbox, network: rules },
    image: fakeImage,
    labels: { test: 'session' },
    dial: () => Promise.resolve(() => Promise.reject(new Error('nobody dials'))),
    onAttempt: () => undefined,
    removal: 'at-end',
    process1: steadyProcess1,
    ...more,
  });
}

test('beside a parked process 1 the tunnel is there before the server starts, and only once', async () => {
  const { engine, begun } = parking((exec) => {
    exec.stdin.resume();
    exec.stdout.write(frameOf('ready', 0));
  });
  const session = started(engine, network);
  await session.started;
  assert.deepEqual(begun, ['relay', 'server']);
  await session.close();
});

test('without permitted hosts the lease is asked for before the server starts', async () => {
  const { engine, begun } = parking((exec) => void exec.stdin.resume());
  const session = started(engine, []);
  await session.started;
  assert.deepEqual(begun, ['lease', 'server']);
  await session.close();
});

test('a server whose tunnel could not be opened is not started', async () => {
  const { engine, begun } = parking((exec) => exec.exit(127));
  const session = started(engine, network);
  const end = await session.ended;
  assert.equal(end.kind, 'lease-lost');
  assert.deepEqual(begun, ['relay']);
  await session.close();
  assert.equal(engine.containers.size, 0);
});

test('whoever is told that the container is held decides when its server starts', async () => {
  const { engine, begun } = parking((exec) => void exec.stdin.resume());
  const [held, go] = [Promise.withResolvers<string>(), Promise.withResolvers<void>()];
  const onHeld = (id: string): Promise<void> => {
    held.resolve(id);
    return go.promise;
  };
  const session = started(engine, [], { onHeld });
  assert.ok(engine.containers.has(await held.promise));
  await turns(5);
  assert.deepEqual(begun, ['lease']);
  go.resolve();
  await session.started;
  assert.deepEqual(begun, ['lease', 'server']);
  await session.close();
});

test('one that is closed before that is removed, and its server never starts', async () => {
  const { engine, begun } = parking((exec) => void exec.stdin.resume());
  const held = Promise.withResolvers<string>();
  const go = Promise.withResolvers<void>();
  const session = started(engine, [], { onHeld: (id) => (held.resolve(id), go.promise) });
  await held.promise;
  await session.close();
  go.resolve();
  assert.equal(await session.opened, undefined);
  assert.ok(!begun.includes('server'));
  assert.equal(engine.containers.size, 0);
});

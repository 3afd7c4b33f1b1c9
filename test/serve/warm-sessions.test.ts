import assert from 'node:assert/strict';
import { test } from 'node:test';
import { label } from '../../src/lib/labels.ts';
import type { PreparedStart } from '../../src/serve/session-upstream.ts';
import { WarmSessions, type WarmTimes } from '../../src/serve/warm-sessions.ts';
import type { FakeEngine } from '../rig/fake-engine.ts';
import type { FakeExec } from '../rig/fake-engine/fake-exec.ts';
import { parking, type Parking } from '../rig/parking.ts';
import { fakeImage, plainSandbox, steadyProcess1 } from '../rig/session.ts';

/** Nobody gives up. */
const patient = new AbortController().signal;
const times: WarmTimes = { renewMs: 3600_000, refillMs: 1, firstPauseMs: 1, longestPauseMs: 5 };

interface Rig extends Parking {
  readonly warm: WarmSessions;
  readonly said: string[];
  /** Leases that are held, oldest first. */
  readonly leases: FakeExec[];
}

function rig(count: number, own: Partial<WarmTimes> = {}): Rig {
  const said: string[] = [];
  const leases: FakeExec[] = [];
  const parked = parking((exec) => {
    exec.stdin.resume();
    leases.push(exec);
  });
  const warm = new WarmSessions({ count, say: (line) => said.push(line), times: { ...times, ...own } });
  return { ...parked, warm, said, leases };
}

function prepared(engine: FakeEngine, own: Partial<PreparedStart['request']> = {}): PreparedStart {
  return {
    request: {
      engine,
      sandbox: plainSandbox,
      image: fakeImage,
      labels: { [label.server]: 'notes', [label.session]: 'of-a-client' },
      dial: () => Promise.reject(new Error('nobody dials')),
      onAttempt: () => undefined,
      process1: steadyProcess1,
      ...own,
    },
    onStderr: () => undefined,
    onNoise: () => undefined,
    onStarted: () => undefined,
  };
}

async function until(holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 5000 && !holds(); turn++) await new Promise((resolve) => setTimeout(resolve, 2));
  assert.ok(holds());
}

const sessionsIn = (engine: FakeEngine): readonly (string | undefined)[] =>
  [...engine.containers.values()].map(({ settings }) => settings.labels[label.session]);

test('as many as wished are parked and held, and none of their servers is started', async () => {
  const { engine, begun, warm, leases } = rig(2);
  warm.keep(prepared(engine));
  await until(() => leases.length === 2);
  assert.equal(engine.containers.size, 2);
  assert.deepEqual(begun, ['lease', 'lease']);
  for (const session of sessionsIn(engine)) assert.match(session ?? '', /^warm-/);
  await warm.close();
  assert.equal(engine.containers.size, 0);
});

test('a start takes one that is parked, once, and another is made in its place', async () => {
  const { engine, begun, warm, leases } = rig(1);
  warm.keep(prepared(engine));
  await until(() => leases.length === 1);
  const [first] = engine.containers.keys();
  const session = await warm.take(prepared(engine), patient);
  assert.equal((await session?.opened)?.id, first);
  await until(() => leases.length === 2);
  assert.deepEqual(begun.toSorted(), ['lease', 'lease', 'server']);
  const other = await warm.take(prepared(engine), patient);
  assert.notEqual((await other?.opened)?.id, first);
  await Promise.all([session?.close(), other?.close(), warm.close()]);
  assert.equal(engine.containers.size, 0);
});

test('one that was made for something else is not taken but removed, and the new wish is parked', async () => {
  const { engine, begun, warm, leases } = rig(1);
  warm.keep(prepared(engine));
  await until(() => leases.length === 1);
  const asked = prepared(engine, { sandbox: { ...plainSandbox, args: ['--verbose'] } });
  assert.equal(await warm.take(asked, patient), undefined);
  await until(() => leases.length === 2 && engine.containers.size === 1);
  assert.deepEqual(begun, ['lease', 'lease']);
  const session = await warm.take(asked, patient);
  assert.ok(session);
  await Promise.all([session.close(), warm.close()]);
});

test('whoever starts while none is parked is not kept waiting for one', async () => {
  const { engine, warm } = rig(1);
  assert.equal(await warm.take(prepared(engine), patient), undefined);
  await warm.close();
});

test('one that ends while it is parked is said once, removed and made anew', async () => {
  const { engine, warm, said, leases } = rig(1);
  warm.keep(prepared(engine));
  await until(() => leases.length === 1);
  const [first = ''] = engine.containers.keys();
  await engine.removeContainer(first);
  await until(() => leases.length === 2 && engine.containers.size === 1);
  assert.equal(said.length, 1, said.join('\n'));
  assert.match(said[0] ?? '', /^none is kept parked for now: /);
  const session = await warm.take(prepared(engine), patient);
  assert.notEqual((await session?.opened)?.id, first);
  await Promise.all([session?.close(), warm.close()]);
});

test('one that the engine is about to end is not taken', async () => {
  const { engine, warm, leases } = rig(1);
  warm.keep(prepared(engine));
  await until(() => leases.length === 1);
  const inspect = engine.inspectContainer.bind(engine);
  engine.inspectContainer = async (id) => {
    const facts = await inspect(id);
    return facts && { ...facts, state: 'removing' };
  };
  assert.equal(await warm.take(prepared(engine), patient), undefined);
  await warm.close();
  assert.equal(engine.containers.size, 0);
});

test('of a server that keeps files none is parked, and that is said', async () => {
  const { engine, warm, said } = rig(1);
  const mount = { source: 'notes', target: '/data', readOnly: false, kind: 'volume' } as const;
  warm.keep(prepared(engine, { sandbox: { ...plainSandbox, mounts: [mount] } }));
  await warm.close();
  assert.equal(engine.containers.size, 0);
  assert.deepEqual(said, [
    'none is kept parked for now: it keeps files, and a pod that waits would hold them',
  ]);
});

test('a start that is given up while its session is still being made starts no server and leaves nothing', async () => {
  const { engine, begun, warm } = rig(1);
  engine.hold('startContainer');
  warm.keep(prepared(engine));
  const making = await engine.next('startContainer');
  const client = new AbortController();
  const taken = warm.take(prepared(engine), client.signal);
  await new Promise((resolve) => setTimeout(resolve, 5));
  client.abort();
  engine.letPass('startContainer');
  await making.release();
  assert.equal(await taken, undefined);
  assert.ok(!begun.includes('server'));
  await warm.close();
  assert.equal(engine.containers.size, 0);
});

test('what was parked goes when the next start keeps files, or goes another way into the network', async () => {
  const { engine, warm, leases } = rig(1);
  warm.keep(prepared(engine));
  await until(() => leases.length === 1);
  const proxied: PreparedStart = { ...prepared(engine), network: { proxy: 'http://127.0.0.1:9' } };
  assert.equal(await warm.take(proxied, patient), undefined);
  await until(() => leases.length === 2 && engine.containers.size === 1);
  const mount = { source: 'notes', target: '/data', readOnly: false, kind: 'volume' } as const;
  const filed = prepared(engine, { sandbox: { ...plainSandbox, mounts: [mount] } });
  assert.equal(await warm.take(filed, patient), undefined);
  await until(() => engine.containers.size === 0);
  await warm.close();
});

test('where none can be made it is tried again, and said once', async () => {
  const { engine, warm, said, leases } = rig(1);
  const create = engine.createContainer.bind(engine);
  let refusals = 0;
  engine.createContainer = async (settings) => {
    refusals += 1;
    if (refusals <= 3) throw new Error('exceeded quota');
    return create(settings);
  };
  warm.keep(prepared(engine));
  await until(() => leases.length === 1);
  assert.deepEqual(said, ['none is kept parked for now: exceeded quota']);
  await warm.close();
});

test('one that nobody wanted for long is made anew', async () => {
  const { engine, warm, said, leases } = rig(1, { renewMs: 20 });
  warm.keep(prepared(engine));
  await until(() => leases.length > 2);
  assert.deepEqual(said, []);
  await warm.close();
  assert.equal(engine.containers.size, 0);
});

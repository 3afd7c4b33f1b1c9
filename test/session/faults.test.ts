/**
 * One fault of the engine's socket at each call of a session: the real adapter over HTTP, the fake engine behind the
 * socket, and a proxy between that does one thing wrong. Whatever it is, the session ends, and no container is left.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PermittedRule } from '../../src/egress/rules.ts';
import { frameOf } from '../../src/egress/frames.ts';
import { connectEngine } from '../../src/engine/connect.ts';
import { thisHost } from '../../src/host/this-host.ts';
import { reap } from '../../src/launch/reap.ts';
import { McpcatError } from '../../src/lib/errors.ts';
import { within } from '../../src/lib/within.ts';
import type { ServerEnd, Session } from '../../src/session/session.ts';
import type { Timeouts } from '../../src/session/timeouts.ts';
import { apiServer } from '../engine/api-server.ts';
import { faultProxy, type Fault, type FaultProxy } from '../rig/fault-proxy.ts';
import type { FakeContainer } from '../rig/fake-engine/fake-container.ts';
import type { FakeEngine } from '../rig/fake-engine.ts';
import { httpAnswer } from '../rig/http-answer.ts';
import { engineWith, plainSandbox, sessionOn } from '../rig/session.ts';

/** Milliseconds until a session counts as one that never ends: far more than any of its own deadlines here. */
const generous = 240_000;

interface Call {
  readonly request: RegExp;
  /** The deadline that a silent engine runs into, small for that fault alone. */
  readonly deadline?: keyof Timeouts;
  /** Of a session with permitted hosts. */
  readonly tunnel?: true;
  /** It comes only when the end is asked for. */
  readonly ending?: true;
}

const calls: Readonly<Record<string, Call>> = {
  create: { request: /^POST .*\/containers\/create/, deadline: 'createMs' },
  wait: { request: /^POST .*\/wait\?condition=next-exit/, deadline: 'attachMs' },
  attach: { request: /^POST .*\/attach\?/, deadline: 'attachMs' },
  'read-back': { request: /^GET .*\/containers\/[^/]+\/json/, deadline: 'attachMs' },
  start: { request: /^POST .*\/containers\/[^/]+\/start/, deadline: 'startMs' },
  'exec create for the lease': { request: /^POST .*\/containers\/[^/]+\/exec/ },
  'exec start for the lease': { request: /^POST .*\/exec\/[^/]+\/start/ },
  'exec create for the tunnel': {
    request: /^POST .*\/containers\/[^/]+\/exec/,
    tunnel: true,
    deadline: 'tunnelMs',
  },
  'exec start for the tunnel': {
    request: /^POST .*\/exec\/[^/]+\/start/,
    tunnel: true,
    deadline: 'tunnelMs',
  },
  kill: { request: /^POST .*\/kill\?/, ending: true },
  remove: { request: /^DELETE .*\/containers\//, ending: true },
  'wait for the removal': { request: /^POST .*\/wait\?condition=removed/, ending: true },
};

const refusal = (status: number): string => httpAnswer(status, '{"message":"a fault of the test"}');
const cut = { when: 'answer', kind: 'cut' } as const;

const faults: Readonly<Record<string, Fault>> = {
  'the connection breaks before the engine hears it': { when: 'request', kind: 'cut' },
  'it is never answered': { when: 'request', kind: 'silence' },
  'it is refused with 500': { when: 'request', kind: 'answer', text: refusal(500) },
  'it is refused with 404': { when: 'request', kind: 'answer', text: refusal(404) },
  'it is refused with 409': { when: 'request', kind: 'answer', text: refusal(409) },
  'something that is not HTTP answers': { when: 'request', kind: 'answer', text: 'SSH-2.0-OpenSSH_9.9\r\n' },
  'the answer is lost when the deed is done': { ...cut, from: 'start', bytes: 0 },
  'the answer is cut inside its head': { ...cut, from: 'start', bytes: 20 },
  'the answer is cut inside its body': { ...cut, from: 'head', bytes: 3 },
  'half an answer comes, and then nothing': { when: 'answer', kind: 'silence', from: 'start', bytes: 40 },
  'the answer comes byte by byte': { when: 'answer', kind: 'slow' },
  'the deed is done and the answer is 500': { when: 'answer', kind: 'instead', text: refusal(500) },
  'the deed is done and the answer is an empty object': {
    when: 'answer',
    kind: 'instead',
    text: httpAnswer(200, '{}'),
  },
  'the deed is done and the answer is no JSON': {
    when: 'answer',
    kind: 'instead',
    text: httpAnswer(200, 'Welcome'),
  },
};

/** From now on nobody listens: what was made can only be left, and marked. */
const gone: Readonly<Record<string, Fault>> = {
  'the engine is gone before it hears it': { when: 'request', kind: 'gone' },
  'the engine is gone when the deed is done': { when: 'answer', kind: 'gone', from: 'start', bytes: 0 },
  'the engine is gone in the middle of its answer': {
    when: 'answer',
    kind: 'gone',
    from: 'start',
    bytes: 25,
  },
};

/** Answers in another order than the requests: of what is asked for side by side, and of what ends meanwhile. */
const orders: readonly (readonly [call: string, after: string, until: 'answered' | 'ended'])[] = [
  ['wait', 'attach', 'answered'],
  ['wait', 'read-back', 'answered'],
  ['attach', 'wait', 'answered'],
  ['attach', 'read-back', 'answered'],
  ['read-back', 'wait', 'answered'],
  ['read-back', 'attach', 'answered'],
  ['start', 'wait', 'ended'],
  ['exec create for the lease', 'wait', 'ended'],
  ['exec start for the lease', 'wait', 'ended'],
  ['exec create for the tunnel', 'wait', 'ended'],
  ['exec start for the tunnel', 'wait', 'ended'],
  ['kill', 'wait', 'ended'],
];

/** Speaks at once, so that the lease is opened, and ends with nothing but SIGKILL. */
function stubborn(container: FakeContainer): void {
  container.stdin.resume();
  container.stdout.write('{"jsonrpc":"2.0"}\n');
  container.onSignal = () => undefined;
}

/** Ends as soon as it was told to, and by itself. */
function brief(container: FakeContainer): void {
  container.stdin.resume();
  container.stdout.write('{"jsonrpc":"2.0"}\n');
  setTimeout(() => container.exit(0), 50);
}

const network: readonly PermittedRule[] = [
  { kind: 'exact', name: 'api.example.com', ports: [443], private: 'refused' },
];

interface Played {
  readonly end: ServerEnd;
  readonly left: string | undefined;
  readonly fake: FakeEngine;
}

async function play({
  call,
  fault,
  program,
}: {
  readonly call: Call;
  readonly fault: Fault;
  readonly program: typeof stubborn;
}): Promise<Played> {
  const cleanups: (() => void)[] = [];
  const fake = engineWith(program);
  fake.onExec = (exec) => {
    exec.stdin.resume();
    exec.stdin.once('end', () => exec.exit(0));
    if (exec.command.includes('relay')) exec.stdout.write(frameOf('ready', 0));
  };
  const { socket } = await apiServer({ after: (cleanup) => void cleanups.push(cleanup) }, fake);
  const proxy = await faultProxy(socket, { request: call.request, times: 1 }, fault);
  cleanups.unshift(() => proxy.close());
  try {
    const engine = await connectEngine({ endpoint: proxy.socket, env: {} });
    const session = sessionOn(fake, {
      engine,
      ...(call.tunnel ? { sandbox: { ...plainSandbox, network } } : {}),
      dial: () => Promise.resolve(() => Promise.reject(new Error('nobody dials'))),
      timeouts: timeoutsFor(call, fault),
    });
    const end = await within(ended(session, { call, met: proxy.met }), generous);
    assert.ok(end !== undefined, 'the session never ended');
    const closed = await within(session.close(), generous);
    assert.ok(closed !== undefined, 'the session never closed');
    await Promise.all([session.opened, session.started]);
    return { end, left: closed.left, fake };
  } finally {
    for (const cleanup of cleanups) cleanup();
  }
}

/** Where an engine is silent, one deadline has to pass; all others are longer than a busy machine takes. */
function timeoutsFor(call: Call, { kind }: Fault): Partial<Timeouts> {
  // Here the end itself is what is not confirmed, once or for good.
  const unconfirmed = call === calls['create'] || call.ending === true || kind === 'late';
  const confirmMs = unconfirmed ? 12_000 : 120_000;
  const passes = kind === 'silence' && call.deadline !== undefined ? { [call.deadline]: 300 } : {};
  return { afterTermMs: 100, confirmMs, ...passes };
}

/** Runs until the fault has met its call and a moment more, and is then asked to end. */
async function ended(
  session: Session,
  { call, met }: { readonly call: Call; readonly met: FaultProxy['met'] },
): Promise<ServerEnd> {
  const since = call.ending ? session.started : met;
  await Promise.race([session.ended, since.then(() => new Promise((resolve) => setTimeout(resolve, 100)))]);
  session.stop('terminate');
  return session.ended;
}

/** An end in words of ours; a bug would be an error without a code. */
function endsWell({ end }: Played): void {
  if (end.kind === 'failed') assert.ok(end.error instanceof McpcatError, String(end.error));
  else assert.ok(Number.isInteger(end.exitCode), JSON.stringify(end));
}

/** What the next start's reaping removes, whose owner is this process no more. */
async function reaped(fake: FakeEngine): Promise<number> {
  const host = { ...thisHost(), boot: () => 'the next one' };
  return reap(fake, host);
}

const concurrency = 16;

describe('one fault at one call leaves no container', { concurrency }, () => {
  for (const [name, call] of Object.entries(calls))
    for (const [what, fault] of Object.entries(faults))
      test(`${name}: ${what}`, async () => {
        const result = await play({ call, fault, program: stubborn });
        endsWell(result);
        assert.deepEqual([...result.fake.containers.keys()], [], `left: ${String(result.left)}`);
        // Where nothing was made, nobody can tell whether it will be.
        if (call !== calls['create']) assert.equal(result.left, undefined);
      });
});

describe('answers in another order leave no container', { concurrency }, () => {
  for (const [name, other, until] of orders)
    test(`the answer of ${name} comes after ${other} was ${until}`, async () => {
      const call = calls[name];
      const earlier = calls[other]?.request;
      assert.ok(call && earlier);
      const fault = { when: 'answer', kind: 'late', after: earlier, until } as const;
      const result = await play({ call, fault, program: until === 'ended' ? brief : stubborn });
      endsWell(result);
      assert.deepEqual([...result.fake.containers.keys()], [], `left: ${String(result.left)}`);
    });
});

describe(
  'an engine that is gone for good leaves nothing that is not said and reaped',
  { concurrency },
  () => {
    for (const [name, call] of Object.entries(calls))
      for (const [what, fault] of Object.entries(gone))
        test(`${name}: ${what}`, async () => {
          const result = await play({ call, fault, program: stubborn });
          endsWell(result);
          const there = [...result.fake.containers.values()];
          if (there.length > 0) assert.notEqual(result.left, undefined, 'what is left is said');
          assert.equal(await reaped(result.fake), there.length);
          assert.deepEqual([...result.fake.containers.keys()], []);
        });
  },
);

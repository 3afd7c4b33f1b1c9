import type { Entry } from '../catalog/entry.ts';
import type { Attempt } from '../egress/attempt.ts';
import type { Engine, Labels } from '../engine/engine.ts';
import { messageOf } from '../lib/errors.ts';
import { handshake } from '../mcp/handshake.ts';
import type { ToolFacts } from '../mcp/handshake.ts';
import type { Isolation } from '../sandbox/isolation.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { withExampleSandbox, type ExampleCase } from '../test-session/example-sandbox.ts';
import { isOwnProcess } from '../test-session/own-processes.ts';
import { probe } from '../test-session/probe.ts';
import { processesInside } from '../test-session/processes-inside.ts';
import { openSinkhole, type Sinkhole } from '../test-session/sinkhole.ts';
import { inTestSession, type TestSession } from '../test-session/test-session.ts';
import { within } from '../lib/within.ts';
import { expectationsOf } from './expectations.ts';
import type { Observation, Probed } from './observation.ts';

export interface ObserveRequest {
  readonly engine: Engine;
  readonly entry: Entry;
  readonly image: string;
  readonly labels: Labels;
  /** Stronger than the engine's default. */
  readonly isolation?: Isolation | undefined;
  readonly knownTools: readonly ToolFacts[] | undefined;
  readonly deadlineMs: number;
  /** As in `HandshakeOptions`. */
  readonly leaving?: 'asking' | 'idle';
  readonly signal?: AbortSignal | undefined;
}

/** What one start shows. */
export type Session = Omit<Observation, 'filled' | 'owned' | 'shared' | 'recorded' | 'knownSurface'>;

/** A busy machine is no fault of the server's: it has longer than with `run` to answer and to end by itself. */
const graceMs = 6000;
/** Longest wait for the end after the input has ended: beyond all graces of mcpcat-init. */
const exitTimeoutMs = graceMs + 6000;
/** Longest wait for the streams of a server that has ended. */
const lastAnswersMs = 1000;

/** Runs the image in the sandbox with the examples of required settings and watches it from handshake to end. */
export async function observe(request: ObserveRequest): Promise<Session> {
  const { entry, isolation } = request;
  return withExampleSandbox(entry, async (sandbox) => watchSession(request, sandbox), { isolation });
}

/** A start in a container of its own, for one question that the proof leaves open; nobody looks at whom it asks for. */
export async function startBeside<T>(
  { engine, entry, image, labels, isolation, signal }: ObserveRequest,
  work: (testSession: TestSession, sandbox: Sandbox) => Promise<T>,
  example: ExampleCase = {},
): Promise<T> {
  const start = (sandbox: Sandbox): Promise<T> =>
    inTestSession(
      { engine, image, labels, sandbox, signal, dial: openSinkhole().dial, onAttempt: () => undefined },
      (testSession) => work(testSession, sandbox),
    );
  return withExampleSandbox(entry, start, { ...example, isolation });
}

async function watchSession(request: ObserveRequest, sandbox: Sandbox): Promise<Session> {
  const { engine, image, labels, signal } = request;
  const sinkhole = openSinkhole();
  const attempts: Attempt[] = [];
  const onAttempt = (attempt: Attempt): void => {
    if (attempts.length < maxAttempts) attempts.push(attempt);
  };
  return inTestSession(
    { engine, image, labels, sandbox, signal, dial: sinkhole.dial, onAttempt, graceMs },
    (testSession) => watch(request, { testSession, sandbox, sinkhole, attempts }),
  );
}

/** A server in a loop must not fill our memory. */
const maxAttempts = 1000;

interface Watched {
  readonly testSession: TestSession;
  readonly sandbox: Sandbox;
  readonly sinkhole: Sinkhole;
  readonly attempts: readonly Attempt[];
}

async function watch(request: ObserveRequest, watched: Watched): Promise<Session> {
  const { engine, entry, knownTools, deadlineMs, leaving } = request;
  const { attachment, id, stderr, ended } = watched.testSession;
  let idle: Pick<Observation, 'processes' | 'memory' | 'attempts' | 'probed'> = {
    processes: [],
    memory: undefined,
    attempts: [],
    probed: undefined,
  };
  const beforeClose = async (): Promise<void> => {
    // What it asked for in its first moments waits for the tunnel.
    await watched.testSession.tunnel.catch(() => undefined);
    const measured = await measureIdle(engine, watched);
    // What the probe tries is not what the server tried.
    const attempts = [...watched.attempts];
    idle = { ...measured, attempts, probed: await probedFrom(engine, watched) };
  };
  const result = await handshake(attachment, {
    deadlineMs,
    call: entry.smoke.call,
    lists: 'all',
    leaving,
    beforeClose,
  });
  const closed = performance.now();
  attachment.stdin.end();
  const end = await within(ended, exitTimeoutMs);
  const exitMs = end === undefined ? undefined : performance.now() - closed;
  const unanswered = result.unanswered && (await within(result.unanswered, lastAnswersMs));
  const facts = await engine.inspectContainer(id);
  const changes = await engine.containerChanges(id).catch(() => []);
  // Where the image has no such folders, the engine has made them: for process 1 above all.
  const places = [...(facts?.recorded.mounts ?? []), ...(facts?.recorded.tmpfs ?? [])].map(
    ({ target }) => target,
  );
  const isMade = (place: string): boolean =>
    places.some((target) => target === place || target.startsWith(`${place}/`));
  return {
    entry,
    handed: watched.sandbox.mounts.flatMap(({ kind, target }) => (kind === 'bind' ? [target] : [])),
    knownTools,
    handshake: result,
    stderr,
    ...idle,
    unanswered,
    exitMs,
    exitCode: end?.exitCode,
    outOfMemory: facts?.outOfMemory ?? false,
    changes: changes.filter((place) => !isMade(place)),
  };
}

/** In the server's own container, over its own tunnel: what it could do, no more and no less. */
async function probedFrom(
  engine: Engine,
  { testSession, sandbox, sinkhole }: Watched,
): Promise<Probed | undefined> {
  const greeting = sinkhole.greeting;
  try {
    await testSession.tunnel;
    const expectations = expectationsOf(sandbox);
    const answers = await probe(
      engine,
      testSession,
      expectations.map(({ attempt }) => attempt),
    );
    const results = expectations.flatMap((expectation, index) => {
      const answer = answers[index];
      return answer === undefined ? [] : [{ expectation, answer }];
    });
    return { results, greeting };
  } catch (error) {
    // Of a server that is over there is nothing to measure; that it ended is a finding of its own.
    if ((await within(testSession.ended, 500)) !== undefined) return undefined;
    return { failure: messageOf(error), results: [], greeting };
  }
}

async function measureIdle(
  engine: Engine,
  { testSession, sandbox }: Watched,
): Promise<{ processes: readonly string[]; memory: number | undefined }> {
  const { id } = testSession;
  const listing =
    sandbox.isolation === undefined ? engine.containerProcesses(id) : processesInside(engine, testSession);
  const [processes, memory] = await Promise.all([
    listing.catch(() => []),
    engine.containerMemory(id).catch(() => undefined),
  ]);
  return { processes: processes.filter((line) => !isOwnProcess(line)), memory: memory?.now };
}

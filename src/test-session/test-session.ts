import type { OnAttempt } from '../egress/attempt.ts';
import type { Dial } from '../egress/dial.ts';
import type { Policy } from '../egress/policy.ts';
import type { Tunnel } from '../egress/tunnel.ts';
import type { Attachment, ContainerSettings, Engine, Labels } from '../engine/engine.ts';
import { McpcatError } from '../lib/errors.ts';
import { shortId } from '../lib/short-id.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { openSession } from '../session/open-session.ts';
import { lastLines } from '../session/last-lines.ts';
import type { Channel, ServerEnd, Session } from '../session/session.ts';

export interface TestSessionRequest {
  readonly engine: Engine;
  readonly image: string;
  readonly labels: Labels;
  readonly sandbox: Sandbox;
  /** Where the tunnel leads, if the sandbox has one. */
  readonly dial: Dial;
  readonly onAttempt: OnAttempt;
  /** Instead of what the sandbox's rules come to, for a test session that shall see more than it enforces. */
  readonly policy?: Policy;
  /** The last word on the settings, for a test session that shall show more than it enforces. */
  readonly adjust?: (settings: ContainerSettings) => ContainerSettings;
  /** Milliseconds that it has to end by itself after the end of its input; undefined: as many as with `run`. */
  readonly graceMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/** A server that runs under test. */
export interface TestSession {
  readonly id: string;
  /** Path of process 1 in the container. */
  readonly init: string;
  readonly attachment: Pick<Attachment, 'stdin' | 'stdout'>;
  /** Grows while the server writes; the last lines only. */
  readonly stderr: string[];
  readonly ended: Promise<{ readonly exitCode: number }>;
  /** Undefined for a server on stdio without network permissions. Opens beside the server's start, as `run` does it; rejects if it could not. */
  readonly tunnel: Promise<Tunnel | undefined>;
}

/** Milliseconds: nobody waits for the next word, so a busy engine has more time to remove a container. */
const confirmMs = 120_000;

/** Starts the image in the sandbox. The container is removed whatever happens, also when the user gives up. */
export async function inTestSession<T>(
  request: TestSessionRequest,
  work: (testSession: TestSession) => Promise<T>,
): Promise<T> {
  const { dial, signal, ...server } = request;
  refuseIfCancelled(request);
  const session = openSession({
    ...server,
    dial: () => Promise.resolve(dial),
    removal: 'at-close',
    timeouts: { confirmMs },
  });
  const cancel = (): void => session.stop('kill');
  signal?.addEventListener('abort', cancel, { once: true });
  let result: T;
  try {
    const channel = await running(session);
    refuseIfCancelled(request);
    result = await work(testSessionOf(session, channel));
    // The server was killed: what was seen of its end says nothing about it.
    refuseIfCancelled(request);
  } catch (error) {
    await session.close();
    throw error;
  } finally {
    signal?.removeEventListener('abort', cancel);
  }
  await closed(session);
  return result;
}

function refuseIfCancelled({ signal, sandbox }: TestSessionRequest): void {
  if (signal?.aborted === true) throw new McpcatError('cancelled', `${sandbox.name}: the test was cancelled`);
}

async function running(session: Session): Promise<Channel> {
  const channel = await session.opened;
  const end = await Promise.race([session.ended, session.started]);
  if (end?.kind === 'failed') throw end.error;
  if (channel === undefined) throw new McpcatError('cancelled', 'the server was not started');
  return channel;
}

function testSessionOf(
  { ended }: Session,
  { id, init, send, received, stderr, tunnel }: Channel,
): TestSession {
  return {
    id,
    init,
    attachment: { stdin: send, stdout: received },
    stderr: lastLines(stderr),
    ended: ended.then(exitOf),
    tunnel: tunnel,
  };
}

function exitOf(end: ServerEnd): { readonly exitCode: number } {
  return { exitCode: end.kind === 'failed' ? 3 : end.exitCode };
}

async function closed(session: Session): Promise<void> {
  const { left } = await session.close();
  if (left === undefined) return;
  throw new McpcatError('engine-failed', `the container ${shortId(left)} was not removed`, {
    hint: 'mcpcat prune removes what is left, when the engine answers again',
  });
}

import { McpcatError } from '../lib/errors.ts';
import type { NetworkSettings } from '../lib/proxy.ts';
import { openSession } from '../session/open-session.ts';
import { initGraceMs } from '../session/timeouts.ts';
import type { ServerEnd, Session, SessionRequest, Urgency } from '../session/session.ts';
import { bridge, type Streams } from './bridge.ts';
import { whileTaken } from './while-taken.ts';

export interface LaunchRequest extends Pick<
  SessionRequest,
  | 'engine'
  | 'sandbox'
  | 'image'
  | 'onMissing'
  | 'accepts'
  | 'labels'
  | 'onAttempt'
  | 'cache'
  | 'process1'
  | 'adjust'
> {
  /** The client's; asked for when the engine is at work. */
  readonly streams: () => Streams;
  /** Milliseconds a server has after the end of its input; mcpcat-init's default if undefined. */
  readonly grace?: number | undefined;
  /** Called once with a function that asks for the end. */
  readonly onReady: (end: (reason: ClientReason) => void) => void;
  readonly onTunnelClosed: (message: string) => void;
  /** How the tunnel reaches hosts outside; directly if undefined. */
  readonly network?: NetworkSettings | undefined;
  /** Called when the server runs: the moment for what must not delay its start. */
  readonly onStarted?: () => void;
}

/** Why the client's side asks for the end; the first reason is kept. */
export type ClientReason =
  | { readonly kind: 'input-ended' }
  | { readonly kind: 'input-stuck' }
  | { readonly kind: 'output-broken' }
  | { readonly kind: 'parent-gone' }
  | { readonly kind: 'signal'; readonly signal: string };

export type Reason = ClientReason | Exclude<ServerEnd, { readonly kind: 'stopped' | 'failed' }>;

export interface LaunchResult {
  /** The server's; 0 where it had to be ended after the client had closed its input, which is a normal end. */
  readonly exitCode: number;
  readonly reason: Reason;
  /** Set to the container's id if the engine did not confirm its removal. */
  readonly left: string | undefined;
}

/** Milliseconds in which a client has to take some of the last output, or is left without it. */
const lastOutputMs = 1000;

/** Of process 1, where it refuses to start the server (125) or can't (126 and 127, as a shell says). */
const neverRan: ReadonlySet<number> = new Set([125, 126, 127]);

/** Runs one server for one client; the container is gone when this resolves or rejects, or the engine is. */
export async function launch(request: LaunchRequest): Promise<LaunchResult> {
  const session = openSession(serverOf(request));
  const client = new Client(request);
  const end = (reason: ClientReason): void => {
    session.stop(urgencyOf(reason, client.reason));
    client.ask(reason);
  };
  request.onReady(end);
  let left: string | undefined;
  let ended: ServerEnd;
  try {
    ended = await serve(request, session, { client, end });
  } finally {
    ({ left } = await session.close());
  }
  const result = resultOf(ended, client, request.sandbox);
  // What the engine has not confirmed is no normal end, and neither is a server that never ran.
  const isNormal = client.outlasted && left === undefined && !neverRan.has(result.exitCode);
  return { ...result, exitCode: isNormal ? 0 : result.exitCode, left };
}

/** What is asked of a session for one of these. */
export function serverOf(request: Omit<LaunchRequest, 'streams' | 'onReady'>): SessionRequest {
  const { engine, sandbox, image, onMissing, accepts, labels, onAttempt, cache } = request;
  const { grace, onTunnelClosed, network, process1, adjust } = request;
  return {
    ...{ engine, sandbox, image, onMissing, accepts, labels, onAttempt, cache, process1, adjust },
    graceMs: grace,
    removal: 'at-end',
    dial: async () => (await import('../egress/dial.ts')).realDial({ network }),
    onTunnelClosed: onTunnelClosed,
  };
}

/** What the client's side has asked for. */
class Client {
  reason: ClientReason | undefined;
  /**
   * The server did not end with its input: mcpcat-init or we have ended it, and mcpcat-init says so. One that speaks
   * HTTP never sees the end of its input.
   */
  outlasted = false;
  readonly #graceMs: number;
  #since = 0;
  #again = false;

  constructor({ sandbox, grace = initGraceMs }: Pick<LaunchRequest, 'sandbox' | 'grace'>) {
    this.#graceMs = sandbox.http === undefined ? grace : 0;
  }

  ask(reason: ClientReason): void {
    if (this.reason !== undefined) this.#again = true;
    else this.#since = performance.now();
    this.reason ??= reason;
  }

  /** The server runs, from now on: before that it could not see the end of its input. */
  running(): void {
    this.#since = performance.now();
  }

  /** The server has ended, now. */
  over(): void {
    if (this.reason?.kind !== 'input-ended') return;
    this.outlasted = this.#again || performance.now() - this.#since >= this.#graceMs;
  }
}

/** A second signal does not wait any longer. */
function urgencyOf(reason: ClientReason, earlier: ClientReason | undefined): Urgency {
  if (reason.kind === 'input-ended') return 'input-ended';
  return reason.kind === 'signal' && earlier?.kind === 'signal' ? 'kill' : 'terminate';
}

async function serve(
  request: LaunchRequest,
  session: Session,
  { client, end }: { readonly client: Client; readonly end: (reason: ClientReason) => void },
): Promise<ServerEnd> {
  const channel = await session.opened;
  if (channel === undefined) return session.ended;
  const streams = request.streams();
  const flowing = bridge(streams, channel, {
    onInputEnd: () => end({ kind: 'input-ended' }),
    onInputStuck: () => end({ kind: 'input-stuck' }),
    onOutputBroken: () => end({ kind: 'output-broken' }),
  });
  await session.started;
  client.running();
  request.onStarted?.();
  const ended = await session.ended;
  client.over();
  await whileTaken(flowing, [streams.stdout, streams.stderr], lastOutputMs);
  return ended;
}

function resultOf(
  ended: ServerEnd,
  client: Client,
  { name }: LaunchRequest['sandbox'],
): Omit<LaunchResult, 'left'> {
  if (ended.kind === 'failed') throw withHint(ended.error, name);
  const { exitCode } = ended;
  if (ended.kind !== 'stopped') return { exitCode, reason: ended };
  if (client.reason === undefined) throw new Error('the session was stopped, and nobody asked for it');
  return { exitCode, reason: client.reason };
}

/** An image that is missing is told with what makes it. */
export function withHint(error: unknown, name: string): unknown {
  if (!(error instanceof McpcatError) || error.code !== 'image-missing') return error;
  if (error.hint !== undefined) return error; // who said so knows better what to do
  return new McpcatError('image-missing', `${name} has no image on this engine yet`, {
    hint: `mcpcat build ${name}`,
    cause: error,
  });
}

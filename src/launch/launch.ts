import { McpcatError } from '../lib/errors.ts';
import { within } from '../lib/within.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { openSession } from '../session/open-session.ts';
import type { ServerEnd, Session, SessionRequest, Urgency } from '../session/session.ts';
import { bridge, type Streams } from './bridge.ts';

export interface LaunchRequest extends Pick<
  SessionRequest,
  'engine' | 'sandbox' | 'image' | 'onMissing' | 'labels' | 'onAttempt'
> {
  /** The client's; asked for when the engine is at work. */
  readonly streams: () => Streams;
  /** Milliseconds a server has after the end of its input; mcpcat-init's default if undefined. */
  readonly grace?: number | undefined;
  /** Called once with a function that asks for the end. */
  readonly onReady: (end: (reason: ClientReason) => void) => void;
  readonly onTunnelClosed: (message: string) => void;
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
  readonly exitCode: number;
  readonly reason: Reason;
  /** Set to the container's id if the engine did not confirm its removal. */
  readonly left: string | undefined;
}

/** Milliseconds. */
const lastOutputMs = 1000;

/** Runs one server for one client; the container is gone when this resolves or rejects, or the engine is. */
export async function launch(request: LaunchRequest): Promise<LaunchResult> {
  const session = openSession(serverOf(request));
  const client: Client = { reason: undefined };
  const end = (reason: ClientReason): void => {
    session.stop(urgencyOf(reason, client.reason));
    client.reason ??= reason;
  };
  request.onReady(end);
  let left: string | undefined;
  let ended: ServerEnd;
  try {
    ended = await serve(request, session, end);
  } finally {
    ({ left } = await session.close());
  }
  return { ...resultOf(ended, client, request.sandbox), left };
}

function serverOf(request: LaunchRequest): SessionRequest {
  const { engine, sandbox, image, onMissing, labels, onAttempt, grace, onTunnelClosed } = request;
  return {
    ...{ engine, sandbox, image, onMissing, labels, onAttempt },
    graceMs: grace,
    removal: 'at-end',
    dial: async () => (await import('../egress/dial.ts')).realDial(),
    onTunnelClosed: onTunnelClosed,
  };
}

interface Client {
  reason: ClientReason | undefined;
}

/** A second signal does not wait any longer. */
function urgencyOf(reason: ClientReason, earlier: ClientReason | undefined): Urgency {
  if (reason.kind === 'input-ended') return 'input-ended';
  return reason.kind === 'signal' && earlier?.kind === 'signal' ? 'kill' : 'terminate';
}

async function serve(
  { streams, onStarted }: LaunchRequest,
  session: Session,
  end: (reason: ClientReason) => void,
): Promise<ServerEnd> {
  const channel = await session.opened;
  if (channel === undefined) return session.ended;
  const flowing = bridge(streams(), channel, {
    onInputEnd: () => end({ kind: 'input-ended' }),
    onInputStuck: () => end({ kind: 'input-stuck' }),
    onOutputBroken: () => end({ kind: 'output-broken' }),
  });
  await session.started;
  onStarted?.();
  const ended = await session.ended;
  // The last output has its time, but a client that does not read must not keep us.
  await within(flowing, lastOutputMs);
  return ended;
}

function resultOf(ended: ServerEnd, { reason }: Client, { name }: Sandbox): Omit<LaunchResult, 'left'> {
  if (ended.kind === 'failed') throw withHint(ended.error, name);
  const { exitCode } = ended;
  if (ended.kind !== 'stopped') return { exitCode, reason: ended };
  if (reason === undefined) throw new Error('the session was stopped, and nobody asked for it');
  return { exitCode, reason };
}

function withHint(error: unknown, name: string): unknown {
  if (!(error instanceof McpcatError) || error.code !== 'image-missing') return error;
  return new McpcatError('image-missing', `${name} has no image on this engine yet`, {
    hint: `mcpcat build ${name}`,
    cause: error,
  });
}

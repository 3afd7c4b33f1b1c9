import type { Attempt } from '../egress/attempt.ts';
import type { Road } from '../egress/road.ts';
import type { Attachment, Engine, Labels } from '../engine/engine.ts';
import { McpcatError } from '../lib/errors.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { preambleOf, settingsOf } from '../sandbox/settings.ts';
import { bridge, type Streams } from './bridge.ts';
import { holdLifeline } from './lifeline.ts';
import { defaultBudgets, Supervisor, type Reason } from './supervisor.ts';

export interface LaunchRequest {
  readonly engine: Engine;
  readonly sandbox: Sandbox;
  readonly image: string;
  /** Where the engine has no such image: another one, asked for until there is none; aborted when the end is asked for. */
  readonly onMissing?: (image: string, signal: AbortSignal) => Promise<string | undefined>;
  readonly labels: Labels;
  /** The client's; asked for when the engine is at work. */
  readonly streams: () => Streams;
  /** Milliseconds a server has after the end of its input; mcpcat-init's default if undefined. */
  readonly grace?: number | undefined;
  /** Called once with a function that asks for the end. */
  readonly onReady: (end: (reason: Reason) => void) => void;
  /** For the log of what the server tried to reach. */
  readonly onAttempt: (attempt: Attempt) => void;
  readonly onRoadClosed: (message: string) => void;
  /** Called when the server runs: the moment for what must not delay its start. */
  readonly onStarted?: () => void;
}

export interface LaunchResult {
  readonly exitCode: number;
  readonly reason: Reason | undefined;
  /** Set to the container's id if the engine did not confirm its removal. */
  readonly left: string | undefined;
}

/** Runs one server for one client; the container is gone when this resolves or rejects, or the engine is. */
export async function launch(request: LaunchRequest): Promise<LaunchResult> {
  const { grace = 0 } = request;
  const budgets = { ...defaultBudgets, afterInputEnd: defaultBudgets.afterInputEnd + grace };
  const supervisor = new Supervisor(request.engine, budgets);
  const ending = new AbortController();
  request.onReady((reason) => {
    ending.abort();
    supervisor.request(reason);
  });
  let removed = false;
  let ended: Ended;
  try {
    ended = await run(request, { supervisor, ending: ending.signal });
  } finally {
    removed = await supervisor.remove();
  }
  return { ...ended, left: removed ? undefined : supervisor.id };
}

type Ended = Omit<LaunchResult, 'left'>;

async function run(
  request: LaunchRequest,
  { supervisor, ending }: { readonly supervisor: Supervisor; readonly ending: AbortSignal },
): Promise<Ended> {
  const { engine } = request;
  const id = await supervisor.unlessOver(create(request, request.image, ending));
  if (id === undefined) return { exitCode: 143, reason: supervisor.reason };
  const watching = Promise.withResolvers<void>();
  supervisor.created(id, engine.waitContainer(id, 'next-exit', watching.resolve));
  const attached = Promise.all([engine.attachContainer(id), watching.promise]);
  const [attachment] = await supervisor.unlessOver(attached);
  try {
    if (!supervisor.mayStart()) return { exitCode: 143, reason: supervisor.reason };
    return await serve(request, { supervisor, attachment, id });
  } finally {
    attachment.destroy();
  }
}

/** Undefined if the end was asked for while an image was on its way. */
async function create(
  request: LaunchRequest,
  image: string,
  ending: AbortSignal,
): Promise<string | undefined> {
  const { engine, sandbox, labels, grace, onMissing } = request;
  const settings = settingsOf(sandbox, { image, labels, autoRemove: true, eofGrace: grace, lease: 'held' });
  try {
    return await engine.createContainer(settings);
  } catch (error) {
    if (!(error instanceof McpcatError) || error.code !== 'image-missing') throw error;
    const other = await onMissing?.(image, ending).catch((failure: unknown) => {
      if (ending.aborted) return undefined;
      throw failure;
    });
    if (ending.aborted) return undefined;
    if (other === undefined) throw withHint(error, sandbox.name);
    return create(request, other, ending);
  }
}

interface Session {
  readonly supervisor: Supervisor;
  readonly attachment: Attachment;
  readonly id: string;
}

async function serve(request: LaunchRequest, { supervisor, attachment, id }: Session): Promise<Ended> {
  const preamble = preambleOf(request.sandbox);
  if (preamble) attachment.stdin.write(preamble);
  const starting = request.engine.startContainer(id);
  starting.catch(() => undefined); // it is waited for below
  // The request goes out before our own work, which the engine's gives time for.
  await new Promise((resolve) => setImmediate(resolve));
  const stirring = Promise.withResolvers<undefined>();
  const onLost = (message: string): void => supervisor.request({ kind: 'lease-lost', message });
  const { server, onRoad } = await speaker(request, attachment, onLost);
  const flowing = bridge(request.streams(), server, {
    onInputEnd: () => supervisor.request({ kind: 'input-ended' }),
    onInputStuck: () => supervisor.request({ kind: 'input-stuck' }),
    onOutputBroken: () => supervisor.request({ kind: 'output-broken' }),
    onStirring: () => stirring.resolve(undefined),
  });
  await Promise.race([starting, supervisor.ended()]);
  supervisor.running();
  request.onStarted?.();
  const lifeline = holdLifeline({
    engine: request.engine,
    id,
    network: request.sandbox.network,
    moment: stirring.promise,
    onLost,
    onRoad,
    onAttempt: request.onAttempt,
    onRoadClosed: request.onRoadClosed,
  });
  const { exitCode } = await supervisor.ended();
  lifeline.release();
  await Promise.race([flowing, patience(1000)]);
  return { exitCode, reason: supervisor.reason };
}

/** The server as one that speaks on its standard streams. Of HTTP nothing is loaded where it does. */
async function speaker(
  { sandbox: { http }, grace }: LaunchRequest,
  attachment: Attachment,
  onLost: (message: string) => void,
): Promise<{ readonly server: Attachment; readonly onRoad?: (road: Road) => void }> {
  if (http === undefined) return { server: attachment };
  const { httpAttachment } = await import('../http-bridge/http-attachment.ts');
  const road = Promise.withResolvers<Road>();
  const server = httpAttachment(attachment, { ...http, road: road.promise, grace, onLost });
  return { server, onRoad: (opened) => road.resolve(opened) };
}

/** The last output has its time, but a client that does not read must not keep us. */
async function patience(milliseconds: number): Promise<void> {
  await new Promise<void>((resolve) => {
    setTimeout(resolve, milliseconds).unref();
  });
}

function withHint(error: McpcatError, name: string): McpcatError {
  return new McpcatError('image-missing', `${name} has no image on this engine yet`, {
    hint: `mcpcat build ${name}`,
    cause: error,
  });
}

import { McpcatError } from '../lib/errors.ts';
import { openSession } from '../session/open-session.ts';
import { lastLines } from '../session/last-lines.ts';
import type { Channel, ServerEnd, Session } from '../session/session.ts';
import { serverOf, withHint, type LaunchRequest } from './launch.ts';

type Shared = Omit<LaunchRequest, 'streams' | 'onReady'>;

/** One server, started as `launch` does it, but for questions of our own instead of a client's. */
export interface ServingRequest extends Shared {
  /** Aborted: the server is told to end, and there is no result. */
  readonly signal: AbortSignal;
}

export interface Serving<T> {
  readonly result: T;
  /** Set to the container's id if the engine did not confirm its removal. */
  readonly left: string | undefined;
}

/** A server that can be asked. */
export interface Served {
  readonly stdin: Channel['send'];
  readonly stdout: Channel['received'];
  /** Grows while the server writes; the last lines only. */
  readonly stderr: readonly string[];
}

/**
 * `work` asks; when it is done, the server's input ends and it has its grace. The container is gone when this resolves
 * or rejects, or the engine is. Rejects with `cancelled` where the signal was aborted, and with what `work` rejects with.
 */
export async function whileServing<T>(
  request: ServingRequest,
  work: (served: Served) => Promise<T>,
): Promise<Serving<T>> {
  const session = openSession(serverOf(request));
  const { signal } = request;
  const cancel = (): void => session.stop('terminate');
  if (signal.aborted) cancel();
  else signal.addEventListener('abort', cancel, { once: true });
  let result: T;
  let left: string | undefined;
  try {
    result = await asked(request, session, work);
  } catch (error) {
    throw signal.aborted ? cancelled(request, error) : error;
  } finally {
    signal.removeEventListener('abort', cancel);
    ({ left } = await session.close());
  }
  return { result, left };
}

async function asked<T>(
  { sandbox, onStarted }: ServingRequest,
  session: Session,
  work: (served: Served) => Promise<T>,
): Promise<T> {
  const channel = await session.opened;
  if (channel === undefined) throw notStarted(await session.ended, sandbox.name);
  void session.started.then(onStarted);
  const { send: stdin, received: stdout, stderr } = channel;
  stdin.on('error', () => undefined); // a server that has ended says so by its output
  const result = await Promise.race([
    work({ stdin, stdout, stderr: lastLines(stderr) }),
    // Its last words are still on their way when it ends well; a start that fails has none.
    session.ended.then((end) =>
      end.kind === 'exited' ? new Promise<never>(() => undefined) : failed(end, sandbox.name),
    ),
  ]);
  stdin.end();
  session.stop('input-ended');
  await session.ended;
  return result;
}

function failed(end: ServerEnd, name: string): Promise<never> {
  return Promise.reject(notStarted(end, name));
}

function notStarted(end: ServerEnd, name: string): unknown {
  if (end.kind === 'failed') return withHint(end.error, name);
  const why = 'message' in end ? `: ${end.message}` : '';
  return new McpcatError(
    end.kind === 'engine-gone' ? 'engine-gone' : 'server-failed',
    `${name} was ended${why}`,
  );
}

function cancelled({ sandbox }: ServingRequest, cause: unknown): McpcatError {
  return new McpcatError('cancelled', `${sandbox.name} was asked to end before it had answered`, { cause });
}

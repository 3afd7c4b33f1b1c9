import type { Channel, ServerEnd, Session, SessionRequest } from '../session/session.ts';
import { McpcatError, messageOf } from '../lib/errors.ts';
import type { NetworkSettings } from '../lib/proxy.ts';
import { lineUpstream } from './line-upstream.ts';
import type { OpenUpstream, StartedFor, Upstream, UpstreamEvents } from './upstream.ts';

/** What a server is started with, made anew for each start: consent, settings and image may have changed since. */
export interface PreparedStart {
  /** What its tunnel goes by besides the request: data, to be compared. */
  readonly network?: NetworkSettings | undefined;
  readonly request: Omit<SessionRequest, 'removal'>;
  /** What it says on stderr, as it comes. Must not throw. */
  readonly onStderr: (chunk: Buffer) => void;
  /** A line on its stdout that is no message. */
  readonly onNoise: (line: Buffer) => void;
  /** It runs. */
  readonly onStarted: () => void;
}

export type Prepare = (startedFor: StartedFor, signal: AbortSignal) => Promise<PreparedStart>;

/** A session of just this start that was made beforehand and runs now; undefined where there is none. */
export type TakeWarm = (prepared: PreparedStart, signal: AbortSignal) => Promise<Session | undefined>;

/** Servers in containers of their own, by the same session as every other front end's. */
export function sessionUpstream(prepare: Prepare, takeWarm?: TakeWarm): OpenUpstream {
  return async (events, { startedFor, signal }) => {
    const prepared = await prepare(startedFor, signal);
    const { openSession } = await import('../session/open-session.ts');
    signal.throwIfAborted();
    const warm = await takeWarm?.(prepared, signal);
    signal.throwIfAborted();
    const session = warm ?? openSession({ ...prepared.request, removal: 'at-end' });
    const giveUp = (): void => session.stop('terminate');
    signal.addEventListener('abort', giveUp, { once: true });
    if (signal.aborted) giveUp();
    const channel = await session.opened;
    if (channel === undefined) throw await whyNot(session);
    void session.started.then(prepared.onStarted);
    return upstreamOf(session, { channel, events, prepared });
  };
}

async function whyNot(session: Session): Promise<unknown> {
  const ended = await session.ended;
  await session.close();
  if (ended.kind === 'failed') return ended.error;
  return new McpcatError('cancelled', 'its start was given up');
}

interface Joined {
  readonly channel: Channel;
  readonly events: UpstreamEvents;
  readonly prepared: PreparedStart;
}

function upstreamOf(session: Session, { channel, events, prepared }: Joined): Upstream {
  channel.stderr.on('data', prepared.onStderr);
  const { send, drained } = lineUpstream(channel, { events, onNoise: prepared.onNoise });
  return {
    send,
    // What it has said before its end comes first.
    ended: session.ended.then(async (end) => {
      await Promise.race([drained, new Promise((resolve) => setTimeout(resolve, 1000).unref())]);
      return causeOf(end);
    }),
    stop: (urgency) => {
      channel.send.end();
      session.stop(urgency);
    },
    close: async () => {
      await session.close();
    },
  };
}

/** As the end of a sentence. */
export function causeOf(end: ServerEnd): string {
  switch (end.kind) {
    case 'exited':
      return `it exited with ${String(end.exitCode)}`;
    case 'stopped':
      return 'it was stopped';
    case 'lease-lost':
      return end.message;
    case 'engine-gone':
      return `the engine went away: ${end.message}`;
    case 'failed':
      return messageOf(end.error);
  }
}

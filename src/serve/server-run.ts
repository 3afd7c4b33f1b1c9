import { McpcatError, messageOf } from '../lib/errors.ts';
import { errorCode, failure } from './message.ts';
import { Peer, type PeerEvents } from './peer.ts';
import { openProtocol, type Opened, type Opening } from './protocol.ts';
import type { OpenUpstream, StartedFor, StopUrgency, Upstream } from './upstream.ts';

export interface RunSettings {
  readonly open: OpenUpstream;
  readonly startedFor: StartedFor;
  readonly opening: Opening;
  /** Milliseconds for the answer to its first request, and to whatever `started` asks. */
  readonly startTimeoutMs: number;
  readonly peerEvents: PeerEvents;
  /** It has said what it is; not ready before this resolves. A rejection ends it. */
  readonly started: (peer: Peer, opened: Opened) => Promise<void>;
  readonly onReady: () => void;
  /** Called once, before anything that was asked of it is answered with an error. */
  readonly onOver: (end: RunEnd) => void;
}

/** Why it could not be started, or has ended, as the end of a sentence; `error` is what was thrown. */
export interface RunEnd {
  readonly cause: string;
  readonly error?: unknown;
}

/** One life of a server, from its start to its end. */
export interface ServerRun {
  /** Undefined until it can be spoken to. */
  readonly peer: Peer | undefined;
  stop(urgency: StopUrgency): void;
  /** Resolves when its container is gone, or never came to be. */
  readonly gone: Promise<void>;
}

/** Milliseconds a server has to end once it was told; then by force. */
const endingMs = 5000;
const tooLargeText = 'the answer is larger than any message may be';

interface Parts {
  readonly settings: RunSettings;
  readonly abort: AbortController;
  readonly gone: PromiseWithResolvers<void>;
  isOver: boolean;
  upstream?: Upstream;
  peer?: Peer;
  /** Where we know better than its end will say. */
  cause?: string;
}

export function startRun(settings: RunSettings): ServerRun {
  const parts: Parts = {
    settings,
    abort: new AbortController(),
    gone: Promise.withResolvers(),
    isOver: false,
  };
  open(parts).then(
    () => {
      if (!parts.isOver) settings.onReady();
    },
    async (error: unknown) => end(parts, { cause: causeOf(error), error }),
  );
  return {
    get peer() {
      return parts.peer;
    },
    stop: (urgency) => {
      parts.abort.abort();
      parts.upstream?.stop(urgency);
      setTimeout(() => void parts.upstream?.close(), endingMs).unref();
    },
    gone: parts.gone.promise,
  };
}

async function open(parts: Parts): Promise<void> {
  const { settings, abort } = parts;
  const upstream = await settings.open(
    {
      message: (message) => parts.peer?.take(message),
      tooLarge: (id) => parts.peer?.fail(id, failure(null, errorCode.internal, tooLargeText).error),
    },
    {
      startedFor: settings.startedFor,
      signal: abort.signal,
      revision: settings.opening.revision,
    },
  );
  parts.upstream = upstream;
  const peer = new Peer(upstream, settings.peerEvents);
  parts.peer = peer;
  void upstream.ended.then(async (cause) => end(parts, { cause }));
  if (abort.signal.aborted) upstream.stop('terminate');
  const late = setTimeout(() => {
    parts.cause = `did not answer within ${String(settings.startTimeoutMs / 1000)} s`;
    peer.failAll(failure(null, errorCode.internal, parts.cause));
  }, settings.startTimeoutMs);
  try {
    await settings.started(peer, await openProtocol(peer, settings.opening));
  } finally {
    clearTimeout(late);
  }
}

async function end(parts: Parts, { cause, error }: RunEnd): Promise<void> {
  if (parts.isOver) return;
  parts.isOver = true;
  const closing = parts.upstream?.close();
  parts.settings.onOver({ cause: parts.cause ?? cause, error });
  parts.peer?.failAll(failure(null, errorCode.internal, cause));
  await closing;
  parts.gone.resolve();
}

function causeOf(error: unknown): string {
  if (!(error instanceof McpcatError)) return messageOf(error);
  return [error.message, ...(error.hint === undefined ? [] : [`(${error.hint})`])].join(' ');
}

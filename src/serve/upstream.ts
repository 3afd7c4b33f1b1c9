import type { Message } from './message.ts';

/** One server that runs, as the core sees it: messages in, messages out, an end. */
export interface Upstream {
  /** False if so much waits that the server does not read any more: nothing was sent. */
  send(message: Message): boolean;
  /** Why it has ended, as the end of a sentence ("exited with 1"); never rejects. */
  readonly ended: Promise<string>;
  /** Asks for its end; may be called again to be more urgent. */
  stop(urgency: StopUrgency): void;
  /** By force; resolves when its container is gone, or the engine is. */
  close(): Promise<void>;
}

export interface UpstreamEvents {
  /** In order. A promise is waited for before more is read. */
  message(message: Message): void | Promise<void>;
  /** The answer to the request `id` (undefined where it can't be told) was larger than any message may be. */
  tooLarge(id: string | number | undefined): void;
}

/** `input-ended`: the end of its input, and what follows if that does not help; `terminate`: a signal now. */
export type StopUrgency = 'input-ended' | 'terminate';

/** For whom a server is started: labels of its container. */
export interface StartedFor {
  readonly session: string;
  /** As the client named itself; empty if nobody knows. */
  readonly client: string;
}

/**
 * Starts one server. Resolves as soon as messages can be sent. Rejects with McpcatError where it can't be started: what
 * is missing, what was not agreed to, what the engine refused. `signal` gives the start up.
 */
export type OpenUpstream = (
  events: UpstreamEvents,
  options: {
    readonly startedFor: StartedFor;
    readonly signal: AbortSignal;
    /** The protocol revision that it will be opened in. */
    readonly revision: string;
  },
) => Promise<Upstream>;

/** The port through which a profile's policy and the log of calls take part in what the hub does (src/profile, src/call-log). */
import type { JsonObject } from '../lib/json-value.ts';
import type { Part } from './message.ts';

/** One `tools/call` that is about to be sent, or was. */
export interface CallFacts {
  readonly session: string;
  /** As the client named itself. */
  readonly client: string;
  readonly server: string;
  /** The server's own name of the tool. */
  readonly tool: string;
  readonly params: Part;
}

export interface Policy {
  /** Whether a tool is shown and may be called; `definition` is as the server lists it. Pure, asked often. */
  shows(server: string, definition: JsonObject): boolean;
  /** All that `shows` goes by besides, as text; undefined where nobody can say it. */
  readonly rules?: string | undefined;
  /** Asked once for each call, before it is sent: why it is refused, in a sentence, or undefined. May count. */
  refusal(call: CallFacts): string | undefined;
  /** Milliseconds after which a call is cancelled and answered with an error; undefined for never. */
  callTimeoutMs(server: string): number | undefined;
  /** The result as the client gets it: whole, cut, or another that says why it gets none. */
  fit(call: CallFacts, result: Part): Part;
  /** Why a result of anything but a call (a resource, a prompt) is not handed on, in a sentence; undefined if it is. */
  tooLarge(server: string, result: Part): string | undefined;
  /** A resource that `fit` has put aside, by URI, as a result of `resources/read`; undefined if it has none such. */
  read(uri: string): Part | undefined;
  /** Milliseconds without any use after which a server is put to sleep. */
  idleMs(server: string): number;
}

/** How a call ended. `error`: a JSON-RPC error, or a result with `isError`; `died`: the server did, while it ran. */
export type CallOutcome = 'ok' | 'error' | 'refused' | 'cancelled' | 'timeout' | 'died' | 'not-started';

export interface CallRecord extends CallFacts {
  /** Milliseconds since 1970, at which the call came in. */
  readonly atMs: number;
  /** From then to the answer, a start of the server included. */
  readonly tookMs: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly outcome: CallOutcome;
  /** What the server answered; undefined where it did not. */
  readonly result: Part | undefined;
}

/** Called when a call is over; must not throw and must not wait. */
export type OnCall = (record: CallRecord) => void;

/** Where nobody says otherwise. */
export const defaultIdleMs = 10 * 60_000;

/** Everything that is pinned is shown and may be called. */
export const openPolicy: Policy = {
  shows: () => true,
  refusal: () => undefined,
  callTimeoutMs: () => undefined,
  fit: (_call, result) => result,
  tooLarge: () => undefined,
  read: () => undefined,
  idleMs: () => defaultIdleMs,
};

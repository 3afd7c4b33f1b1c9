import type { LoggedCall } from './logged-calls.ts';

/** When a call is made again. */
export interface Due {
  readonly call: LoggedCall;
  /** Milliseconds from the start of the replay, at the earliest. */
  readonly dueMs: number;
  /** Earlier calls of the same session, by index, that had been answered when it was made: it waits for their answers. */
  readonly after: readonly number[];
}

export interface Window {
  /** Milliseconds since 1970: the first call of the whole log. */
  readonly fromMs: number;
  /** Milliseconds of the replay for one of the log. */
  readonly scale: number;
}

/**
 * A day in minutes: pauses shrink, calls do not. So what was made while another call ran may be made so again, and what
 * came after an answer waits for that answer, however late it is.
 */
export function schedule(calls: readonly LoggedCall[], { fromMs, scale }: Window): readonly Due[] {
  return calls.map((call, own) => ({
    call,
    dueMs: (call.atMs - fromMs) * scale,
    after: calls.flatMap((other, index) =>
      index < own && other.atMs + other.milliseconds <= call.atMs ? [index] : [],
    ),
  }));
}

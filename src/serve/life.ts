/**
 * When one server runs. Pure: events in, the next state and what is to be done out; whoever runs it (server-runner.ts)
 * has the clock, the timer and the container.
 *
 * ```
 *              wanted, pause over        started            unused
 *   asleep ───────────────────▶ starting ──────▶ working ◀────────▶ idle
 *     ▲  │ wanted, too soon        │               │       used       │ idle time over, sleep
 *     │  └──▶ pausing ──pause over─┤               │                  ▼
 *     └────────── failed, ended ───┴─── ended ─────┴─────────────▶ stopping ──ended──▶ asleep, or starting if wanted
 * ```
 */
export type LifeState =
  | { readonly kind: 'asleep'; readonly failures: number; readonly notBeforeMs: number }
  | { readonly kind: 'pausing'; readonly failures: number }
  | { readonly kind: 'starting'; readonly failures: number }
  | { readonly kind: 'working' | 'idle'; readonly failures: number; readonly startedMs: number }
  | { readonly kind: 'stopping'; readonly wanted: boolean };

export type LifeEvent =
  /** Somebody has something for the server. */
  | { readonly kind: 'wanted' }
  | { readonly kind: 'started' }
  /** It can't be started. `ours`: for want of something that the user has to give; trying again costs nothing. */
  | { readonly kind: 'not-started'; readonly fault: 'server' | 'ours' }
  /** It has ended, whether or not it was told to. */
  | { readonly kind: 'ended' }
  /** Nothing is open any more, or something is again. */
  | { readonly kind: 'unused' | 'used' }
  | { readonly kind: 'timer' }
  /** A person puts it to sleep, whatever is open. */
  | { readonly kind: 'sleep' };

export type Effect =
  | { readonly kind: 'start' }
  | { readonly kind: 'stop' }
  /** What waited for the start can be sent. */
  | { readonly kind: 'flush' }
  /** What waited, or was sent, gets an error. */
  | { readonly kind: 'fail' }
  /** One timer at a time: a new one takes the place of the old one; undefined for none. */
  | { readonly kind: 'timer'; readonly afterMs: number | undefined };

export interface Clock {
  readonly nowMs: number;
  readonly idleMs: number;
}

export interface Step {
  readonly state: LifeState;
  readonly effects: readonly Effect[];
}

export const asleep: LifeState = { kind: 'asleep', failures: 0, notBeforeMs: 0 };

/** A server that has worked for so long has not failed at its start. */
const soundAfterMs = 60_000;
const firstPauseMs = 500;
const maxPauseMs = 30_000;

/** After one failure it is tried again at once, then with a pause that doubles. */
export function pauseMs(failures: number): number {
  return failures < 2 ? 0 : Math.min(maxPauseMs, firstPauseMs * 2 ** (failures - 2));
}

export function step(state: LifeState, event: LifeEvent, clock: Clock): Step {
  switch (state.kind) {
    case 'asleep':
      return event.kind === 'wanted' ? wake(state, clock) : same(state);
    case 'pausing':
      return whilePausing(state, event);
    case 'starting':
      return whileStarting(state, event, clock);
    case 'working':
    case 'idle':
      return whileRunning(state, event, clock);
    case 'stopping':
      return whileStopping(state, event);
  }
}

type Of<Kind extends LifeState['kind']> = Extract<LifeState, { readonly kind: Kind }>;

const start: Effect = { kind: 'start' };
const fail: Effect = { kind: 'fail' };
const noTimer: Effect = { kind: 'timer', afterMs: undefined };

function same(state: LifeState): Step {
  return { state, effects: [] };
}

function wake({ failures, notBeforeMs }: Of<'asleep'>, { nowMs }: Clock): Step {
  if (nowMs >= notBeforeMs) return { state: { kind: 'starting', failures }, effects: [start] };
  return { state: { kind: 'pausing', failures }, effects: [{ kind: 'timer', afterMs: notBeforeMs - nowMs }] };
}

function whilePausing({ failures }: Of<'pausing'>, event: LifeEvent): Step {
  const state: LifeState = { kind: 'pausing', failures };
  if (event.kind === 'timer') return { state: { kind: 'starting', failures }, effects: [start] };
  if (event.kind !== 'sleep') return same(state);
  return { state: { kind: 'asleep', failures, notBeforeMs: 0 }, effects: [noTimer, fail] };
}

function whileStarting(state: Of<'starting'>, event: LifeEvent, clock: Clock): Step {
  const { failures } = state;
  switch (event.kind) {
    case 'started':
      return {
        state: { kind: 'working', failures, startedMs: clock.nowMs },
        effects: [{ kind: 'flush' }],
      };
    case 'not-started':
      return fallen(event.fault === 'ours' ? failures : failures + 1, clock);
    case 'ended':
      return fallen(failures + 1, clock);
    case 'sleep':
      return { state: { kind: 'stopping', wanted: false }, effects: [{ kind: 'stop' }, fail] };
    default:
      return same(state);
  }
}

function whileRunning(state: Of<'working' | 'idle'>, event: LifeEvent, clock: Clock): Step {
  const { failures, startedMs } = state;
  switch (event.kind) {
    case 'wanted':
      return { state: { ...state, kind: 'working' }, effects: [noTimer, { kind: 'flush' }] };
    case 'used':
      return { state: { ...state, kind: 'working' }, effects: [noTimer] };
    case 'unused':
      return { state: { ...state, kind: 'idle' }, effects: [{ kind: 'timer', afterMs: clock.idleMs }] };
    case 'timer':
      return state.kind === 'idle' ? stopped([{ kind: 'stop' }]) : same(state);
    case 'sleep':
      return stopped([noTimer, { kind: 'stop' }, fail]);
    case 'ended':
      return fallen(clock.nowMs - startedMs >= soundAfterMs ? 1 : failures + 1, clock);
    default:
      return same(state);
  }
}

function stopped(effects: readonly Effect[]): Step {
  return { state: { kind: 'stopping', wanted: false }, effects };
}

function fallen(failures: number, { nowMs }: Clock): Step {
  return {
    state: { kind: 'asleep', failures, notBeforeMs: nowMs + pauseMs(failures) },
    effects: [noTimer, fail],
  };
}

function whileStopping(state: Of<'stopping'>, event: LifeEvent): Step {
  switch (event.kind) {
    case 'wanted':
      return same({ kind: 'stopping', wanted: true });
    case 'sleep':
      return { state: { kind: 'stopping', wanted: false }, effects: [fail] };
    case 'ended':
    case 'not-started':
      if (!state.wanted) return same(asleep);
      return { state: { kind: 'starting', failures: 0 }, effects: [start] };
    default:
      return same(state);
  }
}

import { McpcatError } from '../lib/errors.ts';

/** Milliseconds for each thing that a session waits for. */
export interface Timeouts {
  /** For the engine's answer to each of the three; a busy one takes its time, and pulling an image is not among them. */
  readonly createMs: number;
  readonly attachMs: number;
  readonly startMs: number;
  /** Until the tunnel's relay listens. */
  readonly tunnelMs: number;
  /** From the end of the input to SIGTERM: mcpcat-init escalates by itself, this is for when even that does not happen. */
  readonly afterInputEndMs: number;
  /** From SIGTERM to the removal by force; mcpcat-init is done by then. */
  readonly afterTermMs: number;
  /** For an engine that does not answer, each: to confirm the end, and to confirm the removal. */
  readonly confirmMs: number;
}

export const defaultTimeouts: Timeouts = {
  createMs: 120_000,
  attachMs: 120_000,
  startMs: 120_000,
  tunnelMs: 15_000,
  afterInputEndMs: 1850,
  afterTermMs: 1500,
  confirmMs: 5000,
};

/** The promise's value; rejects with `timeout` if it takes longer. What is late is left to itself. */
export async function inTime<T>(
  promise: Promise<T>,
  { ms, doing }: { readonly ms: number; readonly doing: string },
): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new McpcatError('timeout', `${doing}: no answer within ${String(ms)} ms`)),
    ms,
  );
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

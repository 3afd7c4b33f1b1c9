import { setTimeout as sleep } from 'node:timers/promises';
import { McpcatError } from '../../lib/errors.ts';

/** How long we bear with a registry. All times in milliseconds. */
export interface RetryPolicy {
  /** Attempts in all for one request. */
  readonly attempts: number;
  /** Wait after the first failure; it doubles each time. */
  readonly firstWait: number;
  /** Longest wait between two attempts, also if the registry asks for more. */
  readonly longestWait: number;
  /** Until an answer must have begun. An upload adds its size at 50 kB/s. */
  readonly answer: number;
  /** Longest silence inside a body. */
  readonly silence: number;
}

export const defaultRetryPolicy: RetryPolicy = {
  attempts: 5,
  firstWait: 500,
  longestWait: 60_000,
  answer: 60_000,
  silence: 60_000,
};

/** A failure that another attempt may cure. */
export class Passing extends Error {
  readonly error: McpcatError;
  /** What Retry-After asks for, in milliseconds. */
  readonly wait: number | undefined;

  constructor(error: McpcatError, wait?: number) {
    super(error.message);
    this.error = error;
    this.wait = wait;
  }
}

/** Runs `attempt` until it answers or throws anything but Passing; rejects with the last Passing's error. */
export async function withRetries<T>(
  retryPolicy: RetryPolicy,
  signal: AbortSignal | undefined,
  attempt: (number: number) => Promise<T>,
): Promise<T> {
  for (let number = 1; ; number++) {
    try {
      signal?.throwIfAborted();
      return await attempt(number);
    } catch (error) {
      if (signal?.aborted === true) throw new McpcatError('cancelled', 'cancelled', { cause: error });
      if (!(error instanceof Passing)) throw error;
      const wait = error.wait ?? Math.min(retryPolicy.longestWait, retryPolicy.firstWait * 2 ** (number - 1));
      if (number >= retryPolicy.attempts || wait > retryPolicy.longestWait) throw error.error;
      await pause(wait, signal);
    }
  }
}

async function pause(wait: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(wait, undefined, { signal });
  } catch (error) {
    throw new McpcatError('cancelled', 'cancelled', { cause: error });
  }
}

/** Retry-After as seconds or as a date → milliseconds; undefined if absent or unreadable. */
export function retryAfter(headers: Headers): number | undefined {
  const text = headers.get('retry-after');
  if (text === null) return undefined;
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : Math.max(0, time - Date.now());
}

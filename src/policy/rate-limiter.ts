/** Milliseconds of a clock that never goes back, such as `performance.now`. */
export type Clock = () => number;

export type Taken = { readonly kind: 'taken' } | { readonly kind: 'refused'; readonly retryAfterMs: number };

const windowMs = 60_000;

/** Calls per minute of one server: in no sixty seconds more than that many begin. A refused call counts for nothing. */
export class RateLimiter {
  readonly #max: number;
  readonly #now: Clock;
  /** When the last calls began: a ring, no longer than the limit. */
  readonly #begun: number[] = [];
  #oldest = 0;

  constructor(callsPerMinute: number, now: Clock) {
    this.#max = callsPerMinute;
    this.#now = now;
  }

  take(): Taken {
    const now = this.#now();
    if (this.#begun.length < this.#max) {
      this.#begun.push(now);
      return { kind: 'taken' };
    }
    const age = now - (this.#begun[this.#oldest] ?? 0);
    if (age < windowMs) return { kind: 'refused', retryAfterMs: Math.ceil(windowMs - age) };
    this.#begun[this.#oldest] = now;
    this.#oldest = (this.#oldest + 1) % this.#max;
    return { kind: 'taken' };
  }
}

import { McpcatError } from '../lib/errors.ts';
import type { OpenUpstream } from './upstream.ts';

export interface Limits {
  /** Servers that are being started at one time; others wait for their turn. */
  readonly starting: number;
  /** Servers that run at one time, of all sessions together. */
  readonly running: number;
  /** Milliseconds that a start waits for one of them to be idle. */
  readonly roomMs: number;
}

/** An engine that is asked for hundreds of containers at once answers nobody any more. */
export const startLimits: Limits = { starting: 8, running: 100, roomMs: 60_000 };

/** Milliseconds after which a server that says nothing holds nobody back. */
const silentMs = 10_000;

/** Milliseconds between two looks for an idle server. */
const lookMs = 100;

/** How many servers one process starts at a time, and has at work. */
export class StartLimits {
  readonly #limits: Limits;
  readonly #makeRoom: () => boolean;
  readonly #waiting: (() => void)[] = [];
  #entering: Promise<void> = Promise.resolve();
  #starting = 0;
  #running = 0;

  /** `makeRoom` puts an idle server to sleep; false if there is none. */
  constructor(limits: Limits, makeRoom: () => boolean) {
    this.#limits = limits;
    this.#makeRoom = makeRoom;
  }

  /** The same within the limits. Rejects with `too-many-servers` where as many are at work, and none becomes idle. */
  within(open: OpenUpstream): OpenUpstream {
    return async (events, options) => {
      const entered = this.#entering.then(async () => this.#enter(options.signal));
      this.#entering = entered.catch(() => undefined);
      await entered;
      let release = (): void => undefined;
      try {
        release = await this.#turn();
        options.signal.throwIfAborted();
        const upstream = await open(
          {
            message: (message) => {
              release();
              return events.message(message);
            },
            tooLarge: (id) => events.tooLarge(id),
          },
          options,
        );
        setTimeout(release, silentMs).unref();
        void upstream.ended.then(() => this.#leave(release));
        return upstream;
      } catch (error) {
        this.#leave(release);
        throw error;
      }
    };
  }

  /** One after the other, as they came. */
  async #enter(signal: AbortSignal): Promise<void> {
    const until = Date.now() + this.#limits.roomMs;
    const hasRoom = (): boolean => this.#running < this.#limits.running || this.#makeRoom();
    let room = hasRoom();
    while (!room && Date.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, lookMs));
      signal.throwIfAborted();
      room = hasRoom();
    }
    if (!room)
      throw new McpcatError(
        'too-many-servers',
        `${String(this.#running)} servers are at work already, and none of them became idle`,
        { hint: 'call it again when one of them has answered' },
      );
    this.#running += 1;
  }

  #leave(release: () => void): void {
    release();
    this.#running -= 1;
  }

  async #turn(): Promise<() => void> {
    if (this.#starting < this.#limits.starting) this.#starting += 1;
    // Whoever is done hands its turn on.
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const next = this.#waiting.shift();
      if (next === undefined) this.#starting -= 1;
      else next();
    };
  }
}

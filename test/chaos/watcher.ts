import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine } from '../../src/engine/engine.ts';
import { label } from '../../src/lib/labels.ts';

export interface Seen {
  readonly id: string;
  readonly state: string;
}

/** Milliseconds between two looks at the engine. */
const interval = 20;

/** Looks at the engine again and again, once for all cases: which session has a container, and in which state. */
export class Watcher {
  readonly #engine: Engine;
  readonly #prefix: string;
  readonly #abort = new AbortController();
  #looked = Promise.withResolvers<undefined>();
  #seen: ReadonlyMap<string, Seen> = new Map();

  /** Sessions whose label begins with `prefix`. */
  constructor(engine: Engine, prefix: string) {
    this.#engine = engine;
    this.#prefix = prefix;
    // A failed look is seen as silence by `look`, whose callers have deadlines.
    void this.#run();
  }

  /** The container of a session as the engine lists it now: asked after this call. */
  async look(session: string): Promise<Seen | undefined> {
    // The look under way may have been answered before.
    await this.#looked.promise;
    await this.#looked.promise;
    return this.#seen.get(session);
  }

  /** As of the last look. */
  get sessions(): ReadonlyMap<string, Seen> {
    return this.#seen;
  }

  stop(): void {
    this.#abort.abort();
    this.#looked.resolve(undefined);
  }

  async #run(): Promise<void> {
    while (!this.#abort.signal.aborted) {
      const found = await this.#engine.listContainers({ [label.session]: '' }).catch(() => undefined);
      if (found !== undefined) {
        this.#seen = new Map(
          found
            .map(({ id, state, labels }) => [labels[label.session] ?? '', { id, state }] as const)
            .filter(([session]) => session.startsWith(this.#prefix)),
        );
        const { resolve } = this.#looked;
        this.#looked = Promise.withResolvers();
        resolve(undefined);
      }
      await sleep(interval, undefined, { signal: this.#abort.signal }).catch(() => undefined);
    }
  }
}

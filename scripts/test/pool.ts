import type { Lane, Load } from './lanes.ts';

/** What a pool has to know of a job. */
interface Task {
  readonly lane: Lane;
  readonly load: Load;
}

export interface PoolOptions<T> {
  /** How many of each load run at the same time. */
  readonly slots: Readonly<Record<Load, number>>;
  readonly take: (task: T) => Promise<void>;
}

/** In this order: what cannot bear neighbours comes when those are done. */
const lanes: readonly Lane[] = ['shared', 'quiet', 'alone'];

/** Hands tasks to `take` in the order of their arrival, as slots of their load become free. */
export class Pool<T extends Task> {
  readonly #options: PoolOptions<T>;
  readonly #waiting: T[] = [];
  readonly #running = new Map<T, Promise<void>>();

  constructor(options: PoolOptions<T>) {
    this.#options = options;
  }

  /** Resolves when these are done, and rejects with what `take` did. Quiet lanes wait for every other task in the pool. */
  async run(tasks: readonly T[]): Promise<void> {
    this.#waiting.push(...tasks);
    for (;;) {
      this.#start();
      const left = tasks.filter((task) => this.#waiting.includes(task) || this.#running.has(task));
      if (left.length === 0) return;
      await Promise.race(this.#running.values());
    }
  }

  #start(): void {
    for (const task of [...this.#waiting]) {
      if (!this.#mayStart(task)) continue;
      this.#waiting.splice(this.#waiting.indexOf(task), 1);
      const done = this.#options.take(task).finally(() => this.#running.delete(task));
      this.#running.set(task, done);
    }
  }

  #mayStart({ lane, load }: T): boolean {
    const running = [...this.#running.keys()];
    const sameLoad = running.filter((other) => other.load === load);
    if (sameLoad.length >= this.#options.slots[load]) return false;
    const before = lanes.slice(0, lanes.indexOf(lane));
    if ([...running, ...this.#waiting].some((other) => before.includes(other.lane))) return false;
    if (running.some((other) => other.lane !== lane)) return false;
    return lane !== 'alone' || running.length === 0;
  }
}

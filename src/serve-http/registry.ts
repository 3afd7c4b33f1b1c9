/** A client that is known from request to request. */
export interface Known {
  /** Whether it waits for something, or listens: it is not forgotten for another's sake. */
  readonly isBusy: boolean;
  /** Whether somebody is connected who waits or listens: it is not forgotten however long that takes. */
  readonly isAttended: boolean;
  close(): Promise<void>;
}

export interface RegistryLimits {
  readonly max: number;
  /** Milliseconds without a request or a connection after which one is forgotten. */
  readonly idleMs: number;
}

/**
 * Clients by key, bounded: one that says nothing more is closed after a while, and when there is no room, that one is
 * which has been quiet for the longest. Those that are busy stay; but a client that has lost its connection, and does not
 * come back for what it waits for, is gone.
 */
export class Registry<T extends Known> {
  readonly #limits: RegistryLimits;
  readonly #now: () => number;
  /** Least recently used first. */
  readonly #all = new Map<string, { readonly client: T; usedMs: number }>();

  constructor(limits: RegistryLimits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  get size(): number {
    return this.#all.size;
  }

  /** And has been used. */
  get(key: string): T | undefined {
    const found = this.#all.get(key);
    if (found === undefined) return undefined;
    this.#all.delete(key);
    this.#all.set(key, { ...found, usedMs: this.#now() });
    return found.client;
  }

  /** Whether there is room for one more, after the one that has been quiet for the longest has gone if need be. */
  makeRoom(): boolean {
    if (this.#all.size < this.#limits.max) return true;
    const quiet = [...this.#all].find(([, { client }]) => !client.isBusy);
    if (quiet !== undefined) this.remove(quiet[0]);
    return quiet !== undefined;
  }

  add(key: string, client: T): void {
    this.#all.set(key, { client, usedMs: this.#now() });
  }

  /** Closes it; nobody has to wait for that. */
  remove(key: string): void {
    const found = this.#all.get(key);
    this.#all.delete(key);
    void found?.client.close();
  }

  expire(): void {
    const now = this.#now();
    for (const [key, known] of this.#all)
      if (known.client.isAttended) known.usedMs = now;
      else if (known.usedMs < now - this.#limits.idleMs) this.remove(key);
  }

  values(): T[] {
    return [...this.#all.values()].map(({ client }) => client);
  }
}

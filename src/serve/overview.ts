import type { ServerStatus } from './front.ts';

/** What `ps` shows of a hub: sessions that are over count with their calls, and servers that nobody uses are there too. */
export class Overview {
  readonly #calls = new Map<string, number>();
  readonly #servers: readonly string[];
  readonly #sinceMs = Date.now();

  /** `servers` in the order in which they are shown. */
  constructor(servers: readonly string[]) {
    this.#servers = servers;
  }

  closed(statuses: readonly ServerStatus[]): void {
    for (const { server, calls } of statuses) this.#calls.set(server, this.#callsOf(server) + calls);
  }

  of(statuses: readonly ServerStatus[]): readonly ServerStatus[] {
    return this.#servers.flatMap((server) => {
      const own = statuses.filter((one) => one.server === server);
      const awake = own.filter(({ state }) => state !== 'asleep');
      return awake.length > 0 ? awake : [this.#asleep(server, own)];
    });
  }

  #asleep(server: string, own: readonly ServerStatus[]): ServerStatus {
    const before = this.#callsOf(server);
    return {
      server,
      session: undefined,
      state: 'asleep',
      sinceMs: Math.max(this.#sinceMs, ...own.map(({ sinceMs }) => sinceMs)),
      calls: own.reduce((sum, { calls }) => sum + calls, before),
    };
  }

  #callsOf(server: string): number {
    return this.#calls.get(server) ?? 0;
  }
}

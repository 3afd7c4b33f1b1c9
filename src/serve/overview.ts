import type { ServerStatus } from './front.ts';

/** What `ps` shows of a hub: sessions that are over count with their calls, and servers that nobody uses are there too. */
export class Overview {
  readonly #calls = new Map<string, number>();
  readonly #servers: readonly string[];
  readonly #shared: ReadonlyMap<string, string>;
  readonly #sinceMs = Date.now();

  /** `servers` in the order in which they are shown; `shared`: what the one container of all sessions is labelled with. */
  constructor(servers: readonly string[], shared: ReadonlyMap<string, string>) {
    this.#servers = servers;
    this.#shared = shared;
  }

  closed(statuses: readonly ServerStatus[]): void {
    for (const { server, calls } of statuses) this.#calls.set(server, this.#callsOf(server) + calls);
  }

  of(statuses: readonly ServerStatus[]): readonly ServerStatus[] {
    return this.#servers.flatMap((server) => {
      const own = statuses.filter((one) => one.server === server);
      const awake = own.filter(({ state }) => state !== 'asleep');
      if (awake.length === 0) return [this.#asleep(server, own)];
      const session = this.#shared.get(server);
      return session === undefined ? awake : [{ ...together(awake), session }];
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

/** The busiest state counts. */
const busiestFirst: readonly ServerStatus['state'][] = ['working', 'starting', 'idle', 'stopping', 'asleep'];

/** One server, as several sessions use it. */
function together(statuses: readonly ServerStatus[]): ServerStatus {
  const [first, ...others] = statuses.toSorted(
    (a, b) => busiestFirst.indexOf(a.state) - busiestFirst.indexOf(b.state) || b.sinceMs - a.sinceMs,
  );
  if (first === undefined) throw new Error('expected a status');
  return { ...first, calls: others.reduce((sum, { calls }) => sum + calls, first.calls) };
}

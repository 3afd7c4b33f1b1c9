import type { PreparedStart, Prepare, TakeWarm } from './session-upstream.ts';
import { WarmSessions } from './warm-sessions.ts';

/** A server of which sessions are made before anybody asks. */
interface WarmServer {
  readonly server: string;
  readonly prepare: Prepare;
  /** One container of such a server is enough for all. */
  readonly sharing?: 'stateless' | undefined;
}

interface Wishes {
  /** Of each server. */
  readonly count: number;
  /** One line for people. */
  readonly say: (line: string) => void;
}

/** Parked sessions of all servers of one `serve`. They end with it, as every session does. */
export class WarmPool {
  readonly #wishes: Wishes;
  readonly #servers: { readonly sessions: WarmSessions; readonly prepare: () => Promise<PreparedStart> }[] =
    [];

  constructor(wishes: Wishes) {
    this.#wishes = wishes;
  }

  /** Takes them of this server. */
  of({ server, prepare, sharing }: WarmServer): TakeWarm {
    const count = sharing === 'stateless' ? 1 : this.#wishes.count;
    const sessions = new WarmSessions({ count, say: (line) => this.#wishes.say(`${server}: ${line}`) });
    const nobody = { session: '', client: '' };
    this.#servers.push({ sessions, prepare: async () => prepare(nobody, new AbortController().signal) });
    return async (prepared, signal) => sessions.take(prepared, signal);
  }

  /** Begins with the first ones. What can't be prepared yet (a setting, a consent) is when somebody asks. */
  fill(): void {
    for (const { sessions, prepare } of this.#servers)
      prepare().then(
        (prepared) => sessions.keep(prepared),
        (error: unknown) => sessions.trouble(error),
      );
  }

  /** Resolves when the last of them is gone, or its engine is. */
  async close(): Promise<void> {
    await Promise.all(this.#servers.map(async ({ sessions }) => sessions.close()));
  }
}

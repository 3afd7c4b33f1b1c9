import { isDeepStrictEqual } from 'node:util';
import { McpcatError, messageOf } from '../lib/errors.ts';
import { label } from '../lib/labels.ts';
import { randomId } from '../lib/random-id.ts';
import { openSession } from '../session/open-session.ts';
import type { Session } from '../session/session.ts';
import { causeOf, type PreparedStart } from './session-upstream.ts';

export interface WarmWishes {
  /** How many are kept. */
  readonly count: number;
  /** One line for people. */
  readonly say: (line: string) => void;
  /** Milliseconds. */
  readonly times?: WarmTimes;
}

export interface WarmTimes {
  /** From its making until an unused one is made anew: the cluster counts the life of a pod from its start. */
  readonly renewMs: number;
  /** From a start until another is made in the place of what it took: the server that starts now comes first. */
  readonly refillMs: number;
  /** After one that could not be made, or has ended by itself; doubled with each, up to the second. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
}

const usualTimes: WarmTimes = {
  renewMs: 3600_000,
  refillMs: 2000,
  firstPauseMs: 1000,
  longestPauseMs: 60_000,
};

/** A session that has come as far as its container, which is parked, held and read back; only its server is not started. */
interface Parked {
  readonly session: Session;
  readonly prepared: PreparedStart;
  /** Starts the server. */
  readonly start: () => void;
  /** Of its container, once that is held. */
  id?: string;
  renewal?: NodeJS.Timeout;
}

/**
 * Keeps sessions of one server ready but for the start of the server. Each is used once, by a start that asks for
 * exactly what it was made for, and another is made in its place meanwhile.
 */
export class WarmSessions {
  readonly #wishes: WarmWishes;
  readonly #times: WarmTimes;
  readonly #parked = new Set<Parked>();
  /** Those that are being removed. */
  readonly #closing = new Set<Promise<unknown>>();
  #wanted: PreparedStart | undefined;
  #failures = 0;
  #lastTrouble = '';
  #pause: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(wishes: WarmWishes) {
    this.#wishes = wishes;
    this.#times = wishes.times ?? usualTimes;
  }

  /** From now on as many as wished are kept of this; what was made for something else is removed. */
  keep(prepared: PreparedStart): void {
    this.#want(prepared);
    this.#fill();
  }

  /** One whose server runs, or undefined: then it is started in the ordinary way. Never rejects. */
  async take(prepared: PreparedStart, signal: AbortSignal): Promise<Session | undefined> {
    this.#want(prepared);
    const parked = await this.#next(prepared);
    this.#fillAfter(this.#times.refillMs);
    if (parked === undefined) return undefined;
    const giveUp = (): void => parked.session.stop('terminate');
    signal.addEventListener('abort', giveUp, { once: true });
    if (signal.aborted) giveUp();
    else parked.start();
    const runs = await hasStarted(parked.session);
    signal.removeEventListener('abort', giveUp);
    return runs ? parked.session : undefined;
  }

  /** Said once, until there is another. */
  trouble(error: unknown): void {
    const text =
      error instanceof McpcatError && error.hint ? `${error.message} (${error.hint})` : messageOf(error);
    if (text !== this.#lastTrouble && !this.#isClosed)
      this.#wishes.say(`none is kept parked for now: ${text}`);
    this.#lastTrouble = text;
  }

  /** Resolves when all are gone. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#pause);
    for (const parked of this.#parked) this.#discard(parked);
    await Promise.all(this.#closing);
  }

  /** The first that still runs, or one that is on its way to that; it is nobody else's from then on. */
  async #next(asked: PreparedStart): Promise<Parked | undefined> {
    for (;;) {
      // Another start may have asked for something else meanwhile.
      const all = [...this.#parked].filter(({ prepared }) => isSame(prepared, asked));
      const parked = all.find(({ id }) => id !== undefined) ?? all[0];
      if (parked === undefined) return undefined;
      this.#forget(parked);
      if (parked.id === undefined || (await isRunning(parked, parked.id))) return parked;
      this.#discard(parked);
    }
  }

  #want(prepared: PreparedStart): void {
    const keepsFiles = prepared.request.sandbox.mounts.length > 0;
    if (keepsFiles) this.trouble(hasFolders);
    this.#wanted = keepsFiles ? undefined : prepared;
    for (const parked of this.#parked) if (!isSame(parked.prepared, prepared)) this.#discard(parked);
  }

  /** One at a time: a cluster has other things to do. */
  #fill(): void {
    const wanted = this.#wanted;
    const isBusy = [...this.#parked].some(({ id }) => id === undefined);
    if (this.#isClosed || wanted === undefined || isBusy || this.#pause !== undefined) return;
    if (this.#parked.size < this.#wishes.count) this.#make(wanted);
  }

  #make(prepared: PreparedStart): void {
    const starting = Promise.withResolvers<void>();
    const { request } = prepared;
    const labels = { ...unused(request.labels), [label.session]: `warm-${randomId()}` };
    const session = openSession({
      ...request,
      labels,
      removal: 'at-end',
      onHeld: async (id) => {
        this.#held(parked, id);
        return starting.promise;
      },
    });
    const parked: Parked = { session, prepared, start: starting.resolve };
    this.#parked.add(parked);
    void session.ended.then((end) => {
      if (this.#parked.has(parked)) this.#lost(parked, end.kind === 'failed' ? end.error : causeOf(end));
    });
  }

  #held(parked: Parked, id: string): void {
    if (!this.#parked.has(parked)) return this.#fill();
    parked.id = id;
    this.#failures = 0;
    this.#lastTrouble = '';
    parked.renewal = setTimeout(() => {
      this.#discard(parked);
      this.#fill();
    }, this.#times.renewMs).unref();
    this.#fill();
  }

  /** It ended before anybody wanted it: a node that went away, an API server that restarted, a quota. */
  #lost(parked: Parked, cause: unknown): void {
    this.#discard(parked);
    this.trouble(cause);
    const { firstPauseMs, longestPauseMs } = this.#times;
    this.#fillAfter(Math.min(firstPauseMs * 2 ** this.#failures, longestPauseMs));
    this.#failures += 1;
  }

  #fillAfter(ms: number): void {
    this.#pause ??= setTimeout(() => {
      this.#pause = undefined;
      this.#fill();
    }, ms).unref();
  }

  #forget(parked: Parked): void {
    clearTimeout(parked.renewal);
    this.#parked.delete(parked);
  }

  #discard(parked: Parked): void {
    this.#forget(parked);
    const closing = parked.session.close().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }
}

const hasFolders = new McpcatError('engine-unfit', 'it keeps files, and a pod that waits would hold them');

/** The cluster may be about to end it: a node that is drained, or somebody who deletes pods. */
async function isRunning({ prepared: { request } }: Parked, id: string): Promise<boolean> {
  const facts = await request.engine.inspectContainer(id).catch(() => undefined);
  return facts?.state === 'running';
}

/** False for one that has ended by then: nothing was sent to it, and another may say why. */
async function hasStarted(session: Session): Promise<boolean> {
  await session.started;
  const ended = await Promise.race([session.ended, Promise.resolve(undefined)]);
  if (ended === undefined) return true;
  await session.close();
  return false;
}

/** Whether one that was made for the first is what the second asks for: in all but whom it is for. */
function isSame(made: PreparedStart, asked: PreparedStart): boolean {
  const facts = ({ network, request: { image, sandbox, labels, graceMs } }: PreparedStart): object => ({
    ...{ image, sandbox, graceMs, network },
    labels: unused(labels),
  });
  return made === asked || isDeepStrictEqual(facts(made), facts(asked));
}

/** Of nobody's session yet. */
function unused(labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const { [label.session]: _session, [label.client]: _client, ...rest } = labels;
  return rest;
}

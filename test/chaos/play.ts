import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine } from '../../src/engine/engine.ts';
import { Client } from './client.ts';
import type { Contestants } from './contestants.ts';
import { cuttableEngine } from './cuttable-engine.ts';
import type { Case } from './matrix.ts';
import { NotReached, reach } from './moment.ts';
import type { Random } from './random.ts';
import { howFor, tearDown } from './teardown.ts';
import type { Watcher } from './watcher.ts';

/**
 * `gone`: there was a container and it went. `none`: there never was one. `created`: never started, left to the next
 * reap; `reaped` once that has happened. `leak`: still there at the deadline. `failed`: the launch did not get to the
 * moment at which it was to be ended.
 */
export type Verdict = 'gone' | 'none' | 'created' | 'reaped' | 'leak' | 'failed';

export interface Result extends Case {
  readonly session: string;
  readonly verdict: Verdict;
  /** Milliseconds from the teardown to the container's absence. */
  readonly goneMs?: number;
  /** The launcher was still running at the deadline. */
  readonly launcherLeft: boolean;
  readonly detail?: string;
}

export interface World {
  readonly engine: Engine;
  readonly watcher: Watcher;
  readonly contestants: Contestants;
  readonly prefix: string;
  readonly random: Random;
  readonly signal: AbortSignal;
  /** Running launchers, for an interrupted run. */
  readonly clients: Set<Client>;
}

/** Milliseconds until a container that is still there is a leak. */
const deadlines = { mcpcat: 10_000, 'docker-guarded': 15_000, 'docker-unguarded': 5000 } as const;
/** Milliseconds after the launcher's end in which the engine may still work on what it asked for. */
const settling = { none: 1000, created: 3000 } as const;

/** Launches, brings to the moment, tears down, and watches what is left. */
export async function play(one: Case, world: World): Promise<Result> {
  const session = `${world.prefix}${String(one.number)}`;
  await using proxy =
    one.teardown === 'engine-cut' ? await cuttableEngine(world.contestants.socket) : undefined;
  const command = world.contestants.command(one, session, proxy?.address);
  const client = new Client({ ...command, how: howFor(one.teardown) });
  world.clients.add(client);
  const base = { ...one, session, launcherLeft: false };
  try {
    await reach({ ...world, one, session, client });
    let askedAt = performance.now();
    const cut = async (): Promise<void> => proxy?.cut();
    const acted = tearDown(one.teardown, { client, cut, asked: () => (askedAt = performance.now()) });
    const [result] = await Promise.all([
      watch({ one, session, client, world, askedAt: () => askedAt }),
      acted,
    ]);
    return { ...base, ...result, ...(result.verdict === 'leak' ? { detail: client.said.slice(-300) } : {}) };
  } catch (error) {
    if (!(error instanceof NotReached)) throw error;
    return { ...base, verdict: 'failed', detail: error.message };
  } finally {
    client.destroy();
    world.clients.delete(client);
  }
}

interface Watch {
  readonly one: Case;
  readonly session: string;
  readonly client: Client;
  readonly world: World;
  /** When the end was asked for; a teardown in several steps says so later. */
  readonly askedAt: () => number;
}

type Ending = Pick<Result, 'verdict' | 'launcherLeft' | 'goneMs'>;

async function watch({ one, session, client, world, askedAt }: Watch): Promise<Ending> {
  let goneAt: number | undefined;
  let endedAt: number | undefined;
  let ever = false;
  for (;;) {
    world.signal.throwIfAborted();
    const container = await world.watcher.look(session);
    const now = performance.now();
    ever ||= container !== undefined;
    goneAt = container === undefined ? (goneAt ?? now) : undefined;
    if (!client.alive()) endedAt ??= now;
    const since = endedAt === undefined ? 0 : now - endedAt;
    const overdue = now - askedAt() > deadlines[one.contestant];
    const gone = goneAt === undefined ? {} : { goneMs: Math.max(0, goneAt - askedAt()) };
    if (container === undefined && ever && (endedAt !== undefined || overdue))
      return { verdict: 'gone', launcherLeft: endedAt === undefined, ...gone };
    if (container === undefined && !ever && (since > settling.none || overdue))
      return { verdict: 'none', launcherLeft: endedAt === undefined };
    if (container?.state === 'created' && since > settling.created)
      return { verdict: 'created', launcherLeft: false };
    if (container !== undefined && overdue) return { verdict: 'leak', launcherLeft: endedAt === undefined };
    await sleep(10);
  }
}

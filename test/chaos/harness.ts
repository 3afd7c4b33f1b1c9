import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ContainerSummary, Engine } from '../../src/engine/engine.ts';
import { label } from '../../src/lib/labels.ts';
import { mcpcat } from '../rig/engine.ts';
import { contestantsOf, type Contestants } from './contestants.ts';
import { casesOf, type Case } from './matrix.ts';
import { play, type Result, type World } from './play.ts';
import { seeded } from './random.ts';
import { Watcher } from './watcher.ts';

export interface ChaosRequest {
  readonly engine: Engine;
  readonly seed: number;
  readonly launches: number;
  readonly short: boolean;
  /** Also cut connections between launcher and engine. */
  readonly cuts: boolean;
  readonly only: string;
  /** No launch begins later than that many seconds after the first. */
  readonly seconds: number;
  readonly concurrency: number;
  /** The mcpcat under test; the project's own if undefined. */
  readonly bin?: string | undefined;
  readonly signal: AbortSignal;
  /** Said once: what the names of all sessions and images of this run begin with. */
  readonly onPrefix?: (prefix: string) => void;
  readonly onResult: (result: Result, progress: { readonly done: number; readonly of: number }) => void;
}

export interface Outcome {
  readonly results: readonly Result[];
  /** Planned launches for which the time was too short. */
  readonly notRun: number;
  /** Containers left in state `created` that the background reap of later launches removed, and `prune` after them. */
  readonly reaped: { readonly byLaunches: number; readonly byPrune: number };
}

/** Plays all cases and puts everything back, also when it is interrupted (then it rejects with an AbortError). */
export async function chaos(request: ChaosRequest): Promise<Outcome> {
  const { engine, seed, signal } = request;
  const random = seeded(seed);
  const prefix = `chaos-${randomBytes(3).toString('hex')}`;
  request.onPrefix?.(prefix);
  const cases = casesOf({ ...request, random, engine: request.cuts });
  await using contestants = await contestantsOf(engine, { prefix, bin: request.bin ?? mcpcat });
  const watcher = new Watcher(engine, `${prefix}-`);
  const world: World = {
    ...{ engine, watcher, contestants, random, signal },
    prefix: `${prefix}-`,
    clients: new Set(),
  };
  try {
    const results = await playAll(cases, { request, world });
    return { ...(await settle(results, world)), notRun: cases.length - results.length };
  } finally {
    for (const client of world.clients) client.destroy();
    watcher.stop();
    await removeAll(world);
  }
}

async function playAll(
  cases: readonly Case[],
  { request, world }: { request: ChaosRequest; world: World },
): Promise<Result[]> {
  const until = performance.now() + request.seconds * 1000;
  const waiting = [...cases];
  const results: Result[] = [];
  const worker = async (): Promise<void> => {
    for (let one = waiting.shift(); one && performance.now() < until; one = waiting.shift()) {
      request.signal.throwIfAborted();
      const result = await play(one, world);
      results.push(result);
      request.onResult(result, { done: results.length, of: cases.length });
      if (mustGo(result)) await removeOf(result.session, world);
    }
  };
  await Promise.all(Array.from({ length: request.concurrency }, worker));
  return results;
}

/** What nobody else will remove: a leak, or what the docker command left. */
function mustGo({ verdict, contestant }: Result): boolean {
  return verdict === 'leak' || (contestant !== 'mcpcat' && verdict !== 'gone');
}

/** Lets the reap do its work and looks once more at every session. */
async function settle(
  results: readonly Result[],
  world: World,
): Promise<Pick<Outcome, 'results' | 'reaped'>> {
  const created = results.filter(({ verdict }) => verdict === 'created').length;
  const before = await left(world);
  const ours = results.filter(({ contestant }) => contestant === 'mcpcat').map(({ session }) => session);
  const byPrune = before.filter(({ labels }) => ours.includes(labels[label.session] ?? '')).length;
  await ended(world.contestants);
  // A container that was being started when its launcher died has its graces.
  for (let look = 0; look < 50 && (await left(world)).length > 0; look++) await sleep(100, undefined, world);
  const still = new Map((await left(world)).map((found) => [found.labels[label.session] ?? '', found.state]));
  return {
    results: results.map((result) => final(result, still.get(result.session))),
    reaped: { byPrune, byLaunches: Math.max(0, oursIn(results, created) - byPrune) },
  };
}

function oursIn(results: readonly Result[], created: number): number {
  const rivals = results.filter(
    ({ verdict, contestant }) => verdict === 'created' && contestant !== 'mcpcat',
  ).length;
  return created - rivals;
}

function final(result: Result, state: string | undefined): Result {
  if (state !== undefined) return { ...result, verdict: 'leak', detail: `${state} after prune` };
  return result.contestant === 'mcpcat' && result.verdict === 'created'
    ? { ...result, verdict: 'reaped' }
    : result;
}

/** Runs `mcpcat prune` to its end; what it could not do is seen afterwards. */
async function ended({ prune: [command = '', ...args] }: Contestants): Promise<void> {
  await new Promise((resolve) => execFile(command, args, { timeout: 60_000 }, resolve));
}

async function left({ engine, prefix }: World): Promise<ContainerSummary[]> {
  const found = await engine.listContainers({ [label.session]: '' });
  return found.filter(({ labels }) => labels[label.session]?.startsWith(prefix));
}

async function removeOf(session: string, { engine }: World): Promise<void> {
  for (const { id } of await engine.listContainers({ [label.session]: session }))
    await engine.removeContainer(id);
}

/** Until two looks a while apart find nothing: the engine may still be at what a dead launcher asked for. */
async function removeAll(world: World): Promise<void> {
  const deadline = performance.now() + 30_000;
  for (let quiet = 0; quiet < 2 && performance.now() < deadline; quiet++) {
    const found = await left(world);
    if (found.length > 0) quiet = -1;
    await Promise.all(found.map(({ id }) => world.engine.removeContainer(id)));
    await sleep(500);
  }
}

import type { Readable } from 'node:stream';
import type { ContainerSummary, Engine } from '../engine/engine.ts';
import { McpcatError } from '../lib/errors.ts';
import { label } from '../lib/labels.ts';
import { shortId } from '../lib/short-id.ts';
import { removeAll } from './remove-all.ts';
import { containersOf, type Found, type Whose } from './whose.ts';

/** A container of ours as `ps` shows it. */
export interface SessionFacts {
  readonly id: string;
  readonly server: string;
  readonly role: string;
  readonly client: string;
  readonly session: string;
  readonly project: string;
  readonly image: string;
  readonly state: string;
  /** ISO 8601. */
  readonly created: string;
  readonly ageSeconds: number;
  /** What holds it in besides the engine's default; empty for nothing. */
  readonly isolation: string;
  /** Limits that it is started without, as `memory,pids`; empty for none. */
  readonly lacking: string;
  /** It was started without a look at who signed it. */
  readonly unverified?: true;
  /** This user made it on this host. */
  readonly own: boolean;
  /** In use now; undefined where nothing runs or the engine does not say. */
  readonly memoryBytes?: number;
  /** Of servers that a `serve` has. */
  readonly served?: ServedFacts;
}

export interface ServedFacts {
  /** Of the `serve`. */
  readonly pid: number;
  readonly state: 'asleep' | 'starting' | 'working' | 'idle' | 'stopping';
  /** ISO 8601: how long it is in this state. */
  readonly since: string;
  /** Sent to it so far. */
  readonly calls: number;
}

interface Session {
  /** The engine's id, of which people are shown the beginning. */
  readonly whole: string;
  readonly facts: SessionFacts;
}

/** Containers, newest first, known by their labels alone. */
async function sessions(engine: Engine, whose: Whose): Promise<Found<Session>> {
  const { found, others } = await containersOf(engine, whose);
  const known = found.map((container) => ({ whole: container.id, facts: factsOf(container) }));
  return { found: known.sort((a, b) => a.facts.ageSeconds - b.facts.ageSeconds), others };
}

/** The same with what each running container uses, asked all at once. */
export async function sessionsWithMemory(engine: Engine, whose: Whose): Promise<Found<SessionFacts>> {
  const { found, others } = await sessions(engine, whose);
  const measured = await Promise.all(
    found.map(async ({ whole, facts }) => {
      if (facts.state !== 'running') return facts;
      const memory = await engine.containerMemory(whole).catch(() => undefined);
      return memory === undefined ? facts : { ...facts, memoryBytes: memory.now };
    }),
  );
  return { found: measured, others };
}

/** What a server says on stderr from now on: nothing of it is kept anywhere. */
export async function followLog(
  engine: Engine,
  wanted: string,
  whose: Whose,
): Promise<{ id: string; log: Readable }> {
  const running = await sessions(engine, whose);
  const found = running.found.filter(({ facts }) => isCalled(facts, wanted));
  const [first, ...more] = found;
  if (first === undefined) throw missing(wanted, running.others);
  if (more.length > 0)
    throw new McpcatError('usage', `${String(found.length)} servers run by the name "${wanted}"`, {
      hint: `name one by its id: ${found.map(({ facts }) => facts.id).join(', ')}`,
    });
  return { id: first.facts.id, log: await engine.followErrors(first.whole) };
}

/** Ids are shown short; whoever has the long form may use it. */
function isBeginning(text: string, id: string): boolean {
  return text.length > 3 && id.startsWith(text.slice(0, id.length));
}

function isCalled({ id, server }: SessionFacts, name: string): boolean {
  return server === name || isBeginning(name, id);
}

function missing(name: string, others: number): McpcatError {
  return new McpcatError('container-missing', `nothing of yours runs by the name or id "${name}"`, {
    detail: others === 0 ? [] : [`${String(others)} more run for other users or hosts`],
    hint: 'mcpcat ps shows what runs',
  });
}

function factsOf({
  id,
  labels,
  image,
  state,
  created,
  own,
}: ContainerSummary & { readonly own: boolean }): SessionFacts {
  return {
    id: shortId(id),
    server: labels[label.server] ?? '',
    role: labels[label.role] ?? '',
    client: labels[label.client] ?? '',
    session: labels[label.session] ?? '',
    project: labels[label.project] ?? '',
    isolation: labels[label.isolation] ?? '',
    lacking: labels[label.lacking] ?? '',
    ...(labels[label.unverified] === 'yes' ? { unverified: true } : {}),
    image,
    state,
    created: new Date(created * 1000).toISOString(),
    ageSeconds: Math.max(0, Math.round(Date.now() / 1000 - created)),
    own,
  };
}

export interface Wanted {
  readonly names: readonly string[];
  readonly all: boolean;
  /** Asked first: whether whoever uses it has ended it. */
  readonly sleep?: (facts: SessionFacts) => Promise<boolean>;
}

/** Ends the sessions with an id (or its beginning) or a server's name: SIGTERM, and after the grace by force. */
export async function stopSessions(engine: Engine, wanted: Wanted, whose: Whose): Promise<SessionFacts[]> {
  const { found, others } = await sessions(engine, whose);
  const chosen = found.filter(
    ({ facts }) => wanted.all || wanted.names.some((name) => isCalled(facts, name)),
  );
  const idle = wanted.names.find((name) => !chosen.some(({ facts }) => isCalled(facts, name)));
  if (idle !== undefined) throw missing(idle, others);
  const ends = await Promise.allSettled(
    chosen.map(async ({ whole, facts }) => {
      if ((await wanted.sleep?.(facts)) === true) return [];
      // One that can't be asked is removed all the same, and keeps no other from its end.
      await end(engine, whole).catch(() => undefined);
      return [whole];
    }),
  );
  const left = await removeAll(
    engine,
    ends.flatMap((one) => (one.status === 'fulfilled' ? one.value : [])),
  );
  if (left.length > 0) throw stillThere(left);
  const failed = ends.find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return chosen.map(({ facts }) => facts);
}

async function end(engine: Engine, id: string): Promise<void> {
  await engine.killContainer(id, 'SIGTERM');
  const gone = engine.waitContainer(id, 'not-running').catch(() => undefined);
  await Promise.race([gone, new Promise((resolve) => setTimeout(resolve, 3000))]);
}

function stillThere(ids: readonly string[]): McpcatError {
  return new McpcatError('engine-failed', `the engine still has ${ids.map(shortId).join(', ')}`, {
    hint: 'mcpcat doctor looks at the engine; mcpcat prune removes what is left',
  });
}

import type { Readable } from 'node:stream';
import type { ContainerSummary, Engine } from '../engine/engine.ts';
import { McpcatError } from '../lib/errors.ts';
import { label } from '../lib/labels.ts';

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
  /** In use now; undefined where nothing runs or the engine does not say. */
  readonly memoryBytes?: number;
}

/** All containers of ours, newest first, known by their labels alone. */
export async function sessions(engine: Engine): Promise<SessionFacts[]> {
  const found = await engine.listContainers({ [label.owner]: '' });
  return found.map(factsOf).sort((a, b) => a.ageSeconds - b.ageSeconds);
}

/** The same with what each running container uses, asked all at once. */
export async function sessionsWithMemory(engine: Engine): Promise<SessionFacts[]> {
  const found = await sessions(engine);
  return Promise.all(
    found.map(async (facts) => {
      if (facts.state !== 'running') return facts;
      const memory = await engine.containerMemory(facts.id).catch(() => undefined);
      return memory === undefined ? facts : { ...facts, memoryBytes: memory.now };
    }),
  );
}

/** What a server says on stderr from now on: nothing of it is kept anywhere. */
export async function followLog(engine: Engine, wanted: string): Promise<{ id: string; log: Readable }> {
  const running = await sessions(engine);
  const found = running.filter(({ id, server }) => server === wanted || isBeginning(wanted, id));
  const [first, ...more] = found;
  if (first === undefined) throw missing(wanted);
  if (more.length > 0)
    throw new McpcatError('usage', `${String(found.length)} servers run by the name "${wanted}"`, {
      hint: `name one by its id: ${found.map(({ id }) => id).join(', ')}`,
    });
  return { id: first.id, log: await engine.followErrors(first.id) };
}

/** Ids are shown short; whoever has the long form may use it. */
function isBeginning(text: string, id: string): boolean {
  return text.length > 3 && id.startsWith(text.slice(0, id.length));
}

function missing(name: string): McpcatError {
  return new McpcatError('container-missing', `nothing runs by the name or id "${name}"`, {
    hint: 'mcpcat ps shows what runs',
  });
}

function factsOf({ id, labels, image, state, created }: ContainerSummary): SessionFacts {
  return {
    id: id.slice(0, 12),
    server: labels[label.server] ?? '',
    role: labels[label.role] ?? '',
    client: labels[label.client] ?? '',
    session: labels[label.session] ?? '',
    project: labels[label.project] ?? '',
    image,
    state,
    created: new Date(created * 1000).toISOString(),
    ageSeconds: Math.max(0, Math.round(Date.now() / 1000 - created)),
  };
}

/** Ends the sessions with an id (or its beginning) or a server's name: SIGTERM, and after the grace by force. */
export async function stopSessions(
  engine: Engine,
  wanted: { readonly names: readonly string[]; readonly all: boolean },
): Promise<SessionFacts[]> {
  const running = await sessions(engine);
  const chosen = running.filter(
    ({ id, server }) => wanted.all || wanted.names.some((name) => server === name || isBeginning(name, id)),
  );
  const idle = wanted.names.find(
    (name) => !chosen.some(({ id, server }) => server === name || isBeginning(name, id)),
  );
  if (idle !== undefined) throw missing(idle);
  await Promise.all(chosen.map(({ id }) => stop(engine, id)));
  return chosen;
}

async function stop(engine: Engine, id: string): Promise<void> {
  await engine.killContainer(id, 'SIGTERM');
  const gone = engine.waitContainer(id, 'not-running').catch(() => undefined);
  await Promise.race([gone, new Promise((resolve) => setTimeout(resolve, 3000))]);
  await engine.removeContainer(id);
}

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
}

/** All containers of ours, newest first, known by their labels alone. */
export async function sessions(engine: Engine): Promise<SessionFacts[]> {
  const found = await engine.listContainers({ [label.owner]: '' });
  return found.map(factsOf).sort((a, b) => a.ageSeconds - b.ageSeconds);
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
    ({ id, server }) =>
      wanted.all || wanted.names.some((name) => server === name || (name.length > 3 && id.startsWith(name))),
  );
  const idle = wanted.names.find(
    (name) => !chosen.some(({ id, server }) => server === name || id.startsWith(name)),
  );
  if (idle !== undefined)
    throw new McpcatError('container-missing', `nothing runs by the name or id "${idle}"`, {
      hint: 'mcpcat ps shows what runs',
    });
  await Promise.all(chosen.map(({ id }) => stop(engine, id)));
  return chosen;
}

async function stop(engine: Engine, id: string): Promise<void> {
  await engine.killContainer(id, 'SIGTERM');
  const gone = engine.waitContainer(id, 'not-running').catch(() => undefined);
  await Promise.race([gone, new Promise((resolve) => setTimeout(resolve, 3000))]);
  await engine.removeContainer(id);
}

import type { ServedFacts, SessionFacts } from '../../launch/sessions.ts';
import type { ServeProcess } from '../../serve-control/served-now.ts';
import type { ServerStatus } from '../../serve/front.ts';

interface Served {
  readonly process: ServeProcess;
  readonly status: ServerStatus;
}

/** Containers with what the `serve` that has them says of each, and behind them the servers that have none. Pure. */
export function withServed(
  found: readonly SessionFacts[],
  processes: readonly ServeProcess[],
): readonly SessionFacts[] {
  const all = allServed(processes);
  const known = new Set<Served>();
  const containers = found.map((facts) => {
    const served = servedBy(facts, all);
    if (served === undefined) return facts;
    known.add(served);
    return { ...facts, served: factsOf(served) };
  });
  return [...containers, ...all.filter((one) => !known.has(one)).map(withoutContainer)];
}

/** Asks the `serve` that has a container to put its server to sleep; false if none has it. */
export function sleeping(processes: readonly ServeProcess[]): (facts: SessionFacts) => Promise<boolean> {
  const all = allServed(processes);
  return async (facts) => {
    const served = servedBy(facts, all);
    return served !== undefined && served.process.sleep(facts.server, facts.session);
  };
}

function allServed(processes: readonly ServeProcess[]): readonly Served[] {
  return processes.flatMap((process) => process.servers.map((status) => ({ process, status })));
}

function servedBy({ own, server, session }: SessionFacts, all: readonly Served[]): Served | undefined {
  if (!own || session === '') return undefined;
  return all.find(({ status }) => status.session === session && status.server === server);
}

function factsOf({ process: { pid }, status: { state, sinceMs, calls } }: Served): ServedFacts {
  return { pid, state, since: new Date(sinceMs).toISOString(), calls };
}

function withoutContainer(one: Served): SessionFacts {
  const { server, session = '', state } = one.status;
  const unknown = { client: '', project: '', image: '', isolation: '', lacking: '', created: '' };
  return {
    ...{ id: '', server, role: 'run', session, state, ageSeconds: 0, own: true },
    ...unknown,
    served: factsOf(one),
  };
}

import { randomId } from '../lib/random-id.ts';
import type { ClientConnection, ClientSession, Hub, ServerStatus } from './front.ts';
import type { HubOptions } from './hub-options.ts';
import { Overview } from './overview.ts';
import { openPolicy } from './policy.ts';
import { Recordings } from './recordings.ts';
import { Session } from './session.ts';
import { sharedUpstream } from './shared-upstream.ts';
import { SharedViews } from './shared-views.ts';
import { startLimits, StartLimits } from './start-limits.ts';

const defaultStartTimeoutMs = 60_000;

/** Serves all of them to whatever clients the fronts bring. Nothing runs until something is called. */
export function createHub(options: HubOptions): Hub {
  const sessions = new Set<Session>();
  const policy = options.policy ?? openPolicy;
  const views = new SharedViews(policy, options.keptLists);
  const startTimeoutMs = options.startTimeoutMs ?? defaultStartTimeoutMs;
  const recordings = new Recordings(startTimeoutMs);
  const shared = new Map(
    options.servers.flatMap(({ name, sharing }) => (sharing === 'stateless' ? [[name, randomId()]] : [])),
  );
  const limits = new StartLimits(options.limits ?? startLimits, () => sleepIdlest(sessions, shared));
  const servers = options.servers.map((server) => {
    const open = limits.within(server.open);
    const sharedAs = shared.get(server.name);
    return { ...server, open: sharedAs === undefined ? open : sharedUpstream(open, sharedAs) };
  });
  const overview = new Overview(
    servers.map(({ name }) => name),
    shared,
  );
  const status = (): readonly ServerStatus[] => [...sessions].flatMap((session) => session.status());
  return {
    open: (client: ClientConnection): ClientSession => {
      const session: Session = new Session(client, {
        ...options,
        policy,
        views,
        servers,
        recordings,
        startTimeoutMs,
        onClosed: () => {
          sessions.delete(session);
          overview.closed(session.status());
        },
      });
      sessions.add(session);
      return session;
    },
    status,
    overview: () => overview.of(status()),
    sleep: async (server, id) => {
      const isMeant = (session: Session): boolean => session.id === id || shared.get(server) === id;
      await Promise.all([...sessions].filter(isMeant).map(async (session) => session.sleep(server)));
    },
    close: async (urgency) => {
      await Promise.all([...sessions].map(async (session) => session.close(urgency)));
    },
  };
}

/** The server that nobody has used for the longest time; one that several sessions share is not asked about here. */
function sleepIdlest(sessions: ReadonlySet<Session>, shared: ReadonlyMap<string, string>): boolean {
  const idle = [...sessions].flatMap((session) =>
    session
      .status()
      .flatMap(({ server, state, sinceMs }) =>
        state === 'idle' && !shared.has(server) ? [{ session, server, sinceMs }] : [],
      ),
  );
  const [idlest] = idle.toSorted((a, b) => a.sinceMs - b.sinceMs);
  void idlest?.session.sleep(idlest.server);
  return idlest !== undefined;
}

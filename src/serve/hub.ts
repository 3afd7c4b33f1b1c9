import type { ClientConnection, ClientSession, Hub, ServerStatus } from './front.ts';
import type { HubOptions } from './hub-options.ts';
import { Overview } from './overview.ts';
import { openPolicy } from './policy.ts';
import { Recordings } from './recordings.ts';
import { Session } from './session.ts';
import { SharedViews } from './shared-views.ts';
import { startLimits, StartLimits } from './start-limits.ts';

const defaultStartTimeoutMs = 60_000;

/** Serves all of them to whatever clients the fronts bring. Nothing runs until something is called. */
export function createHub(options: HubOptions): Hub {
  const sessions = new Set<Session>();
  const policy = options.policy ?? openPolicy;
  const views = new SharedViews(policy);
  const startTimeoutMs = options.startTimeoutMs ?? defaultStartTimeoutMs;
  const recordings = new Recordings(startTimeoutMs);
  const limits = new StartLimits(options.limits ?? startLimits, () => sleepIdlest(sessions));
  const servers = options.servers.map((server) => ({ ...server, open: limits.within(server.open) }));
  const overview = new Overview(servers.map(({ name }) => name));
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
    status: (): readonly ServerStatus[] => [...sessions].flatMap((session) => session.status()),
    overview: () => overview.of([...sessions].flatMap((session) => session.status())),
    sleep: async (server, id) => {
      await [...sessions].find((session) => session.id === id)?.sleep(server);
    },
    close: async (urgency) => {
      await Promise.all([...sessions].map(async (session) => session.close(urgency)));
    },
  };
}

/** The server that nobody has used for the longest time. */
function sleepIdlest(sessions: ReadonlySet<Session>): boolean {
  const idle = [...sessions].flatMap((session) =>
    session
      .status()
      .flatMap(({ server, state, sinceMs }) => (state === 'idle' ? [{ session, server, sinceMs }] : [])),
  );
  const [idlest] = idle.toSorted((a, b) => a.sinceMs - b.sinceMs);
  void idlest?.session.sleep(idlest.server);
  return idlest !== undefined;
}

import type { ClientConnection, ClientSession, Hub, ServerStatus } from './front.ts';
import type { HubOptions } from './hub-options.ts';
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
  return {
    open: (client: ClientConnection): ClientSession => {
      const session: Session = new Session(client, {
        ...options,
        policy,
        views,
        servers,
        recordings,
        startTimeoutMs,
        onClosed: () => void sessions.delete(session),
      });
      sessions.add(session);
      return session;
    },
    status: (): readonly ServerStatus[] => [...sessions].flatMap((session) => session.status()),
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
  idlest?.session.sleep(idlest.server);
  return idlest !== undefined;
}

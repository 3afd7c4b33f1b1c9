import type { ClientConnection, ClientSession, Hub, ServerStatus } from './front.ts';
import type { HubOptions } from './hub-options.ts';
import { openPolicy } from './policy.ts';
import { Session } from './session.ts';
import { SharedViews } from './shared-views.ts';

const startTimeoutMs = 60_000;

/** Serves all of them to whatever clients the fronts bring. Nothing runs until something is called. */
export function createHub(options: HubOptions): Hub {
  const sessions = new Set<Session>();
  const policy = options.policy ?? openPolicy;
  const views = new SharedViews(policy);
  return {
    open: (client: ClientConnection): ClientSession => {
      const session: Session = new Session(client, {
        ...options,
        policy,
        views,
        startTimeoutMs: options.startTimeoutMs ?? startTimeoutMs,
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

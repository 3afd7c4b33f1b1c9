import { isModern } from './protocol.ts';
import { SharedServer } from './shared-server.ts';
import type { OpenUpstream } from './upstream.ts';

/**
 * One container for all sessions, of a server that keeps nothing between calls (`sharing: stateless`); one for each
 * kind of protocol revision that is asked for, because a server belongs to that of its first request. It is started for
 * the first session and stopped with the last.
 *
 * What a session asks comes back to it alone. What can't be told apart is not passed on: the server's own requests are
 * refused, its log messages dropped, and nobody subscribes to it.
 */
export function sharedUpstream(open: OpenUpstream, session: string): OpenUpstream {
  const running = new Map<'modern' | 'legacy', SharedServer>();
  return async (events, options) => {
    const kind = isModern(options.revision) ? 'modern' : 'legacy';
    let server = running.get(kind);
    if (server === undefined || server.isOver) {
      server = new SharedServer(open, { revision: options.revision, session });
      running.set(kind, server);
    }
    return server.join(events, options.signal);
  };
}

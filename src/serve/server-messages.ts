import { objectOf } from '../lib/json-value.ts';
import { errorCode, failure, idOf, type Notification, Part, result, type Request } from './message.ts';
import { memberOf, withMembers } from './part-members.ts';
import { metaKey } from './protocol.ts';
import type { Calls } from './calls.ts';
import type { SessionContext } from './session-context.ts';
import type { SessionServer, SessionSide } from './session-server.ts';

/** A session, as what its servers say needs it. */
export interface MessageContext extends SessionContext {
  readonly calls: Pick<Calls, 'askBack' | 'onlyOpen' | 'openOf' | 'listeners'>;
  changed(kind: 'prompts' | 'resources'): void;
}

/** What a client has to have announced before it is asked. */
const needed: Readonly<Record<string, string>> = {
  'sampling/createMessage': 'sampling',
  'elicitation/create': 'elicitation',
  'roots/list': 'roots',
};

/** What servers say by themselves, on its way to the one client of their session. */
export function fromServer(session: MessageContext): Pick<SessionSide, 'request' | 'notification'> {
  return {
    request: (server, request) => takeRequest(session, server, request),
    notification: (server, message) => takeNotification(session, server, message),
  };
}

function takeRequest(session: MessageContext, server: SessionServer, request: Request): void {
  const { id, method } = request;
  if (method === 'ping') return server.tell(result(id, {}));
  const capability = needed[method];
  if (capability !== undefined && !(capability in session.client.capabilities))
    return server.tell(failure(id, errorCode.methodNotFound, `the client has no ${capability}`));
  if (session.kind === 'modern') {
    if (capability !== undefined && session.calls.askBack(server.name, request)) return;
    const message = `${method}: it can't be told which call of the client this is about`;
    return server.tell(failure(id, errorCode.internal, message));
  }
  const release = server.runner.hold();
  const about = session.calls.onlyOpen(server.name)?.id;
  session.clientRequests.ask({ server: server.name, request, about }, (response) => {
    release();
    server.tell(response);
  });
}

function takeNotification(
  session: MessageContext,
  server: SessionServer,
  given: Notification,
): void | Promise<void> {
  const message = server.isModern ? withoutSubscription(given) : given;
  const { method, params } = message;
  switch (method) {
    case 'notifications/subscriptions/acknowledged':
      // Of what we listen to ourselves.
      return server.isModern ? undefined : send(session, message);
    case 'notifications/progress':
      return progress(session, server, message);
    case 'notifications/cancelled': {
      const requestId = idOf(memberOf(params, 'requestId'));
      if (requestId !== undefined)
        session.clientRequests.cancel(server.name, requestId, 'the server has withdrawn it');
      return undefined;
    }
    case 'notifications/tools/list_changed':
      return void server.relistTools().catch(() => undefined);
    case 'notifications/prompts/list_changed':
      return session.changed('prompts');
    case 'notifications/resources/list_changed':
      return session.changed('resources');
    case 'notifications/resources/updated':
      return updated(session, server, message);
    case 'notifications/message':
      return log(session, server, message);
    case 'notifications/tasks/status':
      session.tasks.seen(server, params?.value);
      return send(session, message);
    default:
      return send(session, message);
  }
}

/** A server of the stateless revision names the request of ours by which it is listened to. */
function withoutSubscription(message: Notification): Notification {
  const { [metaKey.subscriptionId]: id, ...meta } = objectOf(memberOf(message.params, '_meta'));
  return id === undefined ? message : { ...message, params: withMembers(message.params, { _meta: meta }) };
}

function send(session: MessageContext, message: Notification): void | Promise<void> {
  return session.connection.send(message, { about: undefined });
}

/**
 * In revisions with `initialize` a client has said from which level on it wants all of them. In the other one each
 * request does, and where an answer has a stream of its own its messages come there.
 */
function log(session: MessageContext, server: SessionServer, message: Notification): void | Promise<void> {
  const shown = named(session, server, message);
  if (session.kind === 'legacy') return send(session, shown);
  const level = memberOf(message.params, 'level');
  const asked = session.calls.openOf(server.name).filter(({ request }) => wantsLog(request, level));
  if (asked.length === 0) return undefined;
  return session.connection.send(shown, { about: asked.length === 1 ? asked[0]?.id : undefined });
}

/** Of the log, from the least; RFC 5424 has no others. */
const levels: readonly unknown[] = [
  ...['debug', 'info', 'notice', 'warning'],
  ...['error', 'critical', 'alert', 'emergency'],
];

function wantsLog({ params }: Request, level: unknown): boolean {
  const least = levels.indexOf(objectOf(memberOf(params, '_meta'))[metaKey.logLevel]);
  return least !== -1 && levels.indexOf(level) >= least;
}

/** Under the client's own token; of a call that is over nothing is said. */
function progress(
  session: MessageContext,
  server: SessionServer,
  message: Notification,
): void | Promise<void> {
  const token = memberOf(message.params, 'progressToken');
  const call = typeof token === 'number' ? server.calls.get(token) : undefined;
  if (call?.progressToken === undefined) return undefined;
  const params = withMembers(message.params, { progressToken: call.progressToken });
  return session.connection.send({ ...message, params }, { about: call.id });
}

function updated(
  session: MessageContext,
  server: SessionServer,
  message: Notification,
): void | Promise<void> {
  const uri = memberOf(message.params, 'uri');
  if (typeof uri !== 'string') return undefined;
  const shown = session.view.uris.shown({ server: server.name, uri });
  const renamed =
    shown === uri ? message : { ...message, params: withMembers(message.params, { uri: shown }) };
  if (session.kind === 'modern') return session.calls.listeners.updated(shown, renamed);
  return send(session, renamed);
}

/** Of several servers the log says which one speaks. */
function named(session: MessageContext, server: SessionServer, message: Notification): Notification {
  if (session.servers.size === 1) return message;
  const logger = memberOf(message.params, 'logger');
  const name = typeof logger === 'string' ? `${server.name}/${logger}` : server.name;
  return { ...message, params: withMembers(message.params ?? Part.ofValue({}), { logger: name }) };
}

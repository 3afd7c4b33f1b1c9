import { isJsonObject, type JsonValue } from '../lib/json-value.ts';
import { Part } from './message.ts';
import type { OpenRequest } from './open-request.ts';
import { memberOf } from './part-members.ts';
import type { SessionContext } from './session-context.ts';
import { modernResult } from './translate.ts';

/** The server's result as the client gets it. Most are passed on to the byte. */
export function resultFor(open: OpenRequest, result: Part, session: SessionContext): Part {
  const { server, request, call } = open;
  follow(open, session, result);
  let shown =
    session.servers.size > 1
      ? withShownUris(result, (uri) => session.view.uris.shown({ server: server.name, uri }))
      : result;
  if (call !== undefined) shown = session.policy.fit(call, shown);
  return session.kind === 'modern' && !server.isModern ? modernResult(request.method, shown) : shown;
}

/** What an answer changes for the session: subscriptions, tasks. */
function follow({ server, request }: OpenRequest, session: SessionContext, result: Part): void {
  const { method, params } = request;
  const uri = memberOf(params, 'uri');
  if (method === 'resources/subscribe' && typeof uri === 'string') server.subscribed(ownUri(session, uri));
  if (method === 'resources/unsubscribe' && typeof uri === 'string')
    server.unsubscribed(ownUri(session, uri));
  if (method === 'tools/call' && memberOf(params, 'task') !== undefined)
    session.tasks.seen(server, memberOf(result, 'task'));
  if (method === 'tasks/result') session.tasks.over(memberOf(params, 'taskId'));
  if (method === 'tasks/get' || method === 'tasks/cancel') session.tasks.seen(server, result.value);
}

function ownUri(session: SessionContext, uri: string): string {
  return session.view.uris.origin(uri)?.uri ?? uri;
}

const mark = Buffer.from('"uri"');

/**
 * Links and embedded resources of a result under the URIs by which this client can read them. Only what holds one is
 * parsed, and nothing is written anew unless one is called otherwise.
 */
function withShownUris(result: Part, shown: (uri: string) => string): Part {
  if (!result.bytes.includes(mark)) return result;
  const state = { changed: false };
  const value = renamed(result.value, (uri) => {
    const name = shown(uri);
    if (name !== uri) state.changed = true;
    return name;
  });
  return state.changed ? Part.ofValue(value) : result;
}

function renamed(result: JsonValue, shown: (uri: string) => string): JsonValue {
  if (!isJsonObject(result)) return result;
  const lists = ['content', 'contents', 'messages'].flatMap((name) => {
    const list = result[name];
    return Array.isArray(list) ? [[name, list.map((item: JsonValue) => block(item, shown))] as const] : [];
  });
  return { ...result, ...Object.fromEntries(lists) };
}

/** A content block, a resource's contents, or a prompt's message around one. */
function block(item: JsonValue, shown: (uri: string) => string): JsonValue {
  if (!isJsonObject(item)) return item;
  const { uri, resource, content } = item;
  return {
    ...item,
    ...(typeof uri === 'string' ? { uri: shown(uri) } : {}),
    ...(isJsonObject(resource) ? { resource: block(resource, shown) } : {}),
    ...(isJsonObject(content) ? { content: block(content, shown) } : {}),
  };
}

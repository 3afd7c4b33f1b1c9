import { isJsonObject, type JsonObject, type JsonValue } from '../lib/json-value.ts';
import { errorCode, type Request } from './message.ts';
import { memberOf } from './part-members.ts';
import type { View } from './view.ts';

/** Where a request of the client goes, and what of its parameters is called otherwise there. */
export type Route =
  | {
      readonly kind: 'server';
      readonly server: string;
      readonly replaced: JsonObject;
      /** The server's own name of the tool that is called. */
      readonly tool?: string;
    }
  | { readonly kind: 'nowhere'; readonly code: number; readonly message: string };

export interface Routing {
  readonly view: Pick<View, 'tool' | 'prompt' | 'uris'>;
  /** The name of the server where there is only one: what nobody knows is passed on to it. */
  readonly only: string | undefined;
  readonly serverOfTask: (taskId: JsonValue | undefined) => string | undefined;
}

/** By the names and URIs that the client was shown. Pure. */
export function routeOf({ method, params }: Request, routing: Routing): Route {
  const { view, only } = routing;
  const member = (name: string): JsonValue | undefined => memberOf(params, name);
  switch (method) {
    case 'tools/call':
      return tool(member('name'), view);
    case 'prompts/get':
      return prompt(member('name'), view);
    case 'resources/read':
    case 'resources/subscribe':
    case 'resources/unsubscribe':
      return resource(member('uri'), view);
    case 'completion/complete':
      return reference(member('ref'), view);
    case 'tasks/get':
    case 'tasks/result':
    case 'tasks/cancel':
      return task(member('taskId'), routing);
    default:
      if (only !== undefined) return { kind: 'server', server: only, replaced: {} };
      return nowhere(errorCode.methodNotFound, `method not found: ${method}`);
  }
}

function nowhere(code: number, message: string): Route {
  return { kind: 'nowhere', code, message };
}

function tool(name: JsonValue | undefined, view: Routing['view']): Route {
  if (typeof name !== 'string')
    return nowhere(errorCode.invalidParams, 'tools/call: expected the name of a tool');
  const origin = view.tool(name);
  if (origin === undefined)
    return nowhere(errorCode.invalidParams, `there is no tool ${JSON.stringify(name)}`);
  return { kind: 'server', server: origin.server, tool: origin.name, ...renamed('name', name, origin.name) };
}

function prompt(name: JsonValue | undefined, view: Routing['view']): Route {
  const origin = typeof name === 'string' ? view.prompt(name) : undefined;
  if (origin === undefined)
    return nowhere(errorCode.invalidParams, `there is no prompt ${JSON.stringify(name ?? null)}`);
  return { kind: 'server', server: origin.server, ...renamed('name', name, origin.name) };
}

function resource(uri: JsonValue | undefined, view: Routing['view']): Route {
  const origin = typeof uri === 'string' ? view.uris.origin(uri) : undefined;
  if (origin !== undefined)
    return { kind: 'server', server: origin.server, ...renamed('uri', uri, origin.uri) };
  return nowhere(
    errorCode.resourceNotFound,
    `no server has the resource ${JSON.stringify(uri ?? null)}; mcpcat+SERVER:URI says which one is meant`,
  );
}

/** `{type: 'ref/prompt', name}` or `{type: 'ref/resource', uri}`. */
function reference(ref: JsonValue | undefined, view: Routing['view']): Route {
  if (!isJsonObject(ref)) return nowhere(errorCode.invalidParams, 'completion/complete: expected a ref');
  const found = ref['type'] === 'ref/prompt' ? prompt(ref['name'], view) : resource(ref['uri'], view);
  if (found.kind === 'nowhere' || Object.keys(found.replaced).length === 0) return found;
  return { ...found, replaced: { ref: { ...ref, ...found.replaced } } };
}

function task(taskId: JsonValue | undefined, { only, serverOfTask }: Routing): Route {
  const server = serverOfTask(taskId) ?? only;
  if (server !== undefined) return { kind: 'server', server, replaced: {} };
  return nowhere(errorCode.invalidParams, `there is no task ${JSON.stringify(taskId ?? null)}`);
}

function renamed(
  member: string,
  shown: JsonValue | undefined,
  own: string,
): { readonly replaced: JsonObject } {
  return { replaced: shown === own ? {} : { [member]: own } };
}

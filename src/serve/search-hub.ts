import { isJsonObject, objectOf, type JsonObject } from '../lib/json-value.ts';
import { randomId } from '../lib/random-id.ts';
import type { ToolDefinition } from '../surface/surface.ts';
import { innerCall, searchResult, searchTools, textResult } from '../tool-search/search-tools.ts';
import { toolSearch, type ToolSearch } from '../tool-search/tool-search.ts';
import type { ClientConnection, ClientSession, Hub } from './front.ts';
import { Part, result, type Id, type Message, type Request, type Response } from './message.ts';
import { memberOf, withMembers } from './part-members.ts';
import { metaKey } from './protocol.ts';

/**
 * The same hub for clients that are to find tools instead of being shown all of them: three tools stand in their place,
 * and a call of `call_tool` is the call of the tool itself. Everything else passes as it is.
 */
export function searchHub(hub: Hub): Hub {
  return { ...hub, open: (client) => searchingSession(hub, client) };
}

function searchingSession(hub: Hub, client: ClientConnection): ClientSession {
  const tools = new Tools((request) => session.deliver(request));
  const session = hub.open({
    transport: client.transport,
    name: client.name,
    send: (message, relation) => {
      const shown = tools.fromHub(message);
      return shown === undefined ? undefined : client.send(shown, relation);
    },
  });
  const answer = (request: Request, value: JsonObject): void => {
    const complete = isStateless(request) ? { resultType: 'complete' } : {};
    void client.send(result(request.id, { ...value, ...complete }), { about: request.id });
  };
  return {
    id: session.id,
    settled: async () => {
      await tools.settled();
      await session.settled();
    },
    close: async () => session.close(),
    deliver(message) {
      if (message.kind !== 'request' || message.method !== 'tools/call')
        return session.deliver(tools.fromClient(message));
      const args = objectOf(memberOf(message.params, 'arguments'));
      const name = memberOf(message.params, 'name');
      if (name === 'call_tool') {
        const inner = innerCall(args);
        if (typeof inner === 'string') return answer(message, textResult(inner, true));
        // Headers are those of call_tool, which has no such arguments.
        return session.deliver({
          ...message,
          params: withMembers(message.params, inner),
          mismatch: undefined,
        });
      }
      if (name !== 'find_tools' && name !== 'describe_tool') return session.deliver(message);
      void tools.search(message).then((search) => answer(message, searchResult(name, args, search) ?? {}));
    },
  };
}

function isStateless({ params }: Request): boolean {
  const meta = memberOf(params, '_meta');
  return isJsonObject(meta) && metaKey.version in meta;
}

/** What the hub would list, and who has asked for it. */
class Tools {
  readonly #ask: (request: Request) => void;
  /** Ids of the client's own requests for the list. */
  readonly #listed = new Set<Id>();
  /** Our own ones. */
  readonly #waiting = new Map<Id, (response: Response) => void>();
  #search: Promise<ToolSearch> | undefined;

  constructor(ask: (request: Request) => void) {
    this.#ask = ask;
  }

  /** Asked for once, until the list changes; an empty one if it can't be had. */
  async search({ params }: Request): Promise<ToolSearch> {
    this.#search ??= this.#listAll(memberOf(params, '_meta'));
    return this.#search;
  }

  async #listAll(meta: ReturnType<typeof memberOf>): Promise<ToolSearch> {
    const id = `mcpcat-search-${randomId()}`;
    const answered = new Promise<Response>((resolve) => this.#waiting.set(id, resolve));
    const params = isJsonObject(meta) ? withoutProgress(meta) : undefined;
    this.#ask({
      kind: 'request',
      id,
      method: 'tools/list',
      params: params && Part.ofValue({ _meta: params }),
    });
    const response = await answered;
    return toolSearch(response.kind === 'result' ? toolsIn(response.result) : []);
  }

  fromClient(message: Message): Message {
    if (message.kind === 'request' && message.method === 'tools/list') this.#listed.add(message.id);
    return message;
  }

  /** Undefined for what is not for the client. */
  fromHub(message: Message): Message | undefined {
    if (message.kind === 'notification') {
      if (message.method !== 'notifications/tools/list_changed') return message;
      this.#search = undefined; // three tools stay three tools
      return undefined;
    }
    if (message.kind === 'request' || message.id === null) return message;
    const waiting = this.#waiting.get(message.id);
    if (waiting !== undefined) {
      this.#waiting.delete(message.id);
      waiting(message);
      return undefined;
    }
    if (!this.#listed.delete(message.id) || message.kind !== 'result') return message;
    return { ...message, result: withMembers(message.result, { tools: searchTools }) };
  }

  async settled(): Promise<void> {
    await this.#search;
  }
}

/** A token would have the client told of our question. */
function withoutProgress(meta: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(meta).filter(([key]) => key !== 'progressToken'));
}

function toolsIn(list: Part): readonly ToolDefinition[] {
  const tools = memberOf(list, 'tools');
  const isTool = (one: unknown): one is ToolDefinition =>
    typeof one === 'object' && one !== null && 'name' in one && typeof one.name === 'string';
  return Array.isArray(tools) ? tools.filter(isTool) : [];
}

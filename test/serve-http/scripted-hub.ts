import { randomBytes } from 'node:crypto';
import type { ClientConnection, ClientSession, Hub } from '../../src/serve/front.ts';
import { isJsonObject, type JsonObject } from '../../src/lib/json-value.ts';
import { Part, result, type Id, type Message, type Request } from '../../src/serve/message.ts';

/** One client as the hub has it. */
export interface ScriptedSession {
  readonly id: string;
  readonly connection: ClientConnection;
  readonly delivered: Message[];
  closed: boolean;
}

export interface ScriptedHub extends Hub {
  readonly sessions: ScriptedSession[];
}

const tools = [
  { name: 'echo', inputSchema: { type: 'object' } },
  { name: 'ask', inputSchema: { type: 'object' } },
  { name: 'wait', inputSchema: { type: 'object' } },
];
const capabilities = { tools: { listChanged: true } };
const serverInfo = { name: 'scripted', version: '1' };
const stateless = { resultType: 'complete', ttlMs: 0, cacheScope: 'private' };

/**
 * A hub without servers, in whose place a test decides what comes when: it speaks MCP as the real one does (initialize,
 * server/discover, tools/list, tools/call, subscriptions/listen) and answers a call of `wait` only when the test says so.
 */
export function scriptedHub(): ScriptedHub {
  const sessions: ScriptedSession[] = [];
  return {
    sessions,
    open: (connection) => {
      const session: ScriptedSession = {
        id: randomBytes(16).toString('hex'),
        connection,
        delivered: [],
        closed: false,
      };
      sessions.push(session);
      return opened(session);
    },
    status: () => [],
    overview: () => [],
    sleep: async () => undefined,
    close: async () => undefined,
  };
}

function opened(session: ScriptedSession): ClientSession {
  return {
    id: session.id,
    deliver: (message) => {
      session.delivered.push(message);
      if (message.kind === 'request') answer(session, message);
      if (message.kind === 'result') answered(session, message);
    },
    settled: async () => undefined,
    close: async () => {
      session.closed = true;
    },
  };
}

/** The id of the call of `ask` that waits for the client's answer. */
const asking = new WeakMap<ScriptedSession, Id>();

function answer(session: ScriptedSession, { id, method, params }: Request): void {
  const give = (value: JsonObject): void => void session.connection.send(result(id, value), { about: id });
  const meta = params?.object['_meta'];
  const modern = isJsonObject(meta) && 'io.modelcontextprotocol/protocolVersion' in meta;
  switch (method) {
    case 'initialize':
      return give({ protocolVersion: params?.object['protocolVersion'] ?? '', capabilities, serverInfo });
    case 'server/discover':
      return give({
        ...stateless,
        supportedVersions: ['2026-07-28'],
        capabilities,
        _meta: { 'io.modelcontextprotocol/serverInfo': serverInfo },
      });
    case 'tools/list':
      return give({ ...(modern ? stateless : {}), tools });
    case 'tools/call':
      return called(session, { id, params: params?.object ?? {}, modern });
    case 'subscriptions/listen':
      return acknowledged(session, id, params);
    default:
      return void session.connection.send(
        { kind: 'failure', id, error: Part.ofValue({ code: -32_601, message: `no ${method}` }) },
        { about: id },
      );
  }
}

function called(
  session: ScriptedSession,
  { id, params, modern }: { id: Id; params: JsonObject; modern: boolean },
): void {
  const send: ClientConnection['send'] = (message, relation) => session.connection.send(message, relation);
  const meta = params['_meta'];
  const token = isJsonObject(meta) ? meta['progressToken'] : undefined;
  if (token !== undefined) {
    const progress = Part.ofValue({ progressToken: token, progress: 1, total: 2 });
    void send({ kind: 'notification', method: 'notifications/progress', params: progress }, { about: id });
  }
  switch (params['name']) {
    case 'ask':
      asking.set(session, id);
      return void send({ kind: 'request', id: 900, method: 'roots/list', params: undefined }, { about: id });
    case 'wait':
      return undefined;
    default:
      return void send(textResult(id, JSON.stringify(params['arguments'] ?? null), modern), { about: id });
  }
}

/** What a test answers a call of `wait` with. */
export function textResult(id: Id, text: string, modern = false): Message {
  return result(id, { ...(modern ? { resultType: 'complete' } : {}), content: [{ type: 'text', text }] });
}

function answered(session: ScriptedSession, message: Message & { readonly kind: 'result' }): void {
  const id = asking.get(session);
  if (id === undefined || message.id !== 900) return;
  void session.connection.send(textResult(id, JSON.stringify(message.result.value)), { about: id });
}

function acknowledged(session: ScriptedSession, id: Id, params: Part | undefined): void {
  const own = { 'io.modelcontextprotocol/subscriptionId': id };
  const said = Part.ofValue({ notifications: params?.object['notifications'] ?? {}, _meta: own });
  void session.connection.send(
    { kind: 'notification', method: 'notifications/subscriptions/acknowledged', params: said },
    { about: id },
  );
}

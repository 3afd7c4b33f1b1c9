import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JsonValue } from '../lib/json-value.ts';
import { clientPath } from './endpoint-path.ts';
import type { Hub } from '../serve/front.ts';
import type { Message, Request } from '../serve/message.ts';
import { memberOf } from '../serve/part-members.ts';
import { legacyRevisions, metaKey, modernRevision } from '../serve/protocol.ts';
import { readMessage, type Malformed } from '../serve/read-message.ts';
import { EventLog } from './event-log.ts';
import type { HttpLimits } from './limits.ts';
import { paramMismatch } from './param-headers.ts';
import { BodyBudget, readBody } from './read-body.ts';
import {
  accepts,
  headerText,
  isStateless,
  notAcceptable,
  notAllowed,
  postProblem,
  withAllow,
} from './request-head.ts';
import { refusalCode, refuse, type HttpRefusal } from './refuse.ts';
import { Registry } from './registry.ts';
import { SessionClient, sessionHeader } from './session-client.ts';
import { StatelessClient } from './stateless-client.ts';
import { claimedMeta, headerMismatch } from './stateless-headers.ts';

/**
 * Streamable HTTP, at one address for all its revisions: what a request says of itself decides. Whoever comes here has
 * passed the gate.
 */
export class McpEndpoint {
  readonly sessions: Registry<SessionClient>;
  readonly stateless: Registry<StatelessClient>;
  readonly #hub: Hub;
  readonly #limits: HttpLimits;
  readonly #log: EventLog;
  readonly #budget: BodyBudget;

  constructor(hub: Hub, limits: HttpLimits, now: () => number) {
    this.#hub = hub;
    this.#limits = limits;
    const { maxClients: max, idleMs } = limits;
    this.sessions = new Registry({ max, idleMs }, now);
    this.stateless = new Registry({ max, idleMs }, now);
    this.#log = new EventLog({ maxBytes: limits.maxEventBytes });
    this.#budget = new BodyBudget(limits.maxBodiesBytes);
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    switch (request.method) {
      case 'POST':
        return this.#post(request, response);
      case 'GET':
        return this.#get(request, response);
      case 'DELETE':
        return this.#delete(request, response);
      default:
        refuse(response, notAllowed('POST, GET, DELETE'));
    }
  }

  expire(): void {
    this.sessions.expire();
    this.stateless.expire();
  }

  keepAlive(): void {
    for (const client of [...this.sessions.values(), ...this.stateless.values()]) client.keepAlive();
  }

  async close(): Promise<void> {
    const all = [...this.sessions.values(), ...this.stateless.values()];
    await Promise.all(all.map(async (client) => client.close()));
  }

  async #post(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const wrong = postProblem(request);
    if (wrong !== undefined) return refuse(response, wrong);
    const { maxBodyBytes: maxBytes } = this.#limits;
    const body = await readBody(request, { maxBytes, budget: this.#budget });
    if (body === 'gone') return void response.destroy();
    if (body === 'too-large') return refuse(response, tooLarge(maxBytes));
    if (body === 'busy') return refuse(response, busy);
    const message = readMessage(body);
    if (message.kind === 'malformed') return refuse(response, malformed(message));
    const revision = headerText(request, 'mcp-protocol-version');
    if (message.kind === 'request') {
      const meta = claimedMeta(message);
      if (meta !== undefined) return this.#stateless(message, { request, response, meta });
    }
    if (isStateless(revision)) return withoutMeta(message, response);
    return this.#inSession(message, { request, response });
  }

  #stateless(
    message: Request,
    {
      request,
      response,
      meta,
    }: {
      readonly request: IncomingMessage;
      readonly response: ServerResponse;
      readonly meta: Readonly<Record<string, unknown>>;
    },
  ): void {
    const { id } = message;
    const revision = String(meta[metaKey.version]);
    if (revision !== modernRevision) {
      const data = { supported: [modernRevision, ...legacyRevisions], requested: revision };
      const text = 'Unsupported protocol version';
      return refuse(response, {
        ...{ status: 400, code: refusalCode.unsupportedRevision },
        ...{ message: text, id, data },
      });
    }
    const mismatch = headerMismatch(message, { headers: request.headers, revision });
    if (mismatch !== undefined)
      return refuse(response, { status: 400, code: refusalCode.headerMismatch, message: mismatch, id });
    const { headers } = request;
    const client = this.#statelessClient([
      meta[metaKey.clientInfo],
      meta[metaKey.clientCapabilities],
      clientPath(request),
      headers['user-agent'],
      headers.origin,
    ]);
    if (client === undefined) return refuse(response, busy);
    const mismatchOf = (schema: JsonValue | undefined): string | undefined =>
      paramMismatch(schema, { params: message.params, headers });
    return client.request({ ...message, mismatch: mismatchOf }, response);
  }

  /**
   * What a client says it is and can (servers that it causes to start are told the same), where it came, and what its
   * HTTP says of it. Never its connection or process: the revision has servers infer nothing from those ("Statelessness"),
   * and one client uses several connections.
   */
  #statelessClient(facts: readonly unknown[]): StatelessClient | undefined {
    const key = createHash('sha256').update(JSON.stringify(facts)).digest('hex');
    const known = this.stateless.get(key);
    if (known !== undefined) return known;
    if (!this.stateless.makeRoom()) return undefined;
    const { streamAfterMs } = this.#limits;
    const client = new StatelessClient({ hub: this.#hub, name: nameIn(facts[0]), streamAfterMs });
    this.stateless.add(key, client);
    return client;
  }

  #inSession(
    message: Message,
    { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
  ): void {
    const id = message.kind === 'request' ? message.id : null;
    const begins = message.kind === 'request' && message.method === 'initialize';
    const found =
      begins && headerText(request, sessionHeader) === undefined ? this.#begin() : this.#session(request);
    if (!(found instanceof SessionClient)) return refuse(response, { ...found, id });
    if (message.kind !== 'request') {
      found.deliver(message);
      return void response.writeHead(202, { [sessionHeader]: found.id }).end();
    }
    if (found.isOpen(message.id))
      return refuse(response, {
        ...{ status: 400, code: refusalCode.invalidRequest, id },
        message: 'expected an id that no open request has',
      });
    const asked = begins
      ? memberOf(message.params, 'protocolVersion')
      : headerText(request, 'mcp-protocol-version');
    return found.request(message, response, { primes: asked === legacyRevisions[0] });
  }

  #begin(): SessionClient | HttpRefusal {
    if (!this.sessions.makeRoom()) return busy;
    const { streamAfterMs } = this.#limits;
    const client = new SessionClient({ hub: this.#hub, log: this.#log, streamAfterMs });
    this.sessions.add(client.id, client);
    return client;
  }

  #session(request: IncomingMessage): SessionClient | HttpRefusal {
    const id = headerText(request, sessionHeader);
    if (id === undefined)
      return { status: 400, code: refusalCode.http, message: `Bad Request: expected ${sessionHeader}` };
    const found = this.sessions.get(id);
    if (found === undefined)
      return { status: 404, code: refusalCode.sessionUnknown, message: 'Session not found' };
    const revision = headerText(request, 'mcp-protocol-version');
    if (revision === undefined || legacyRevisions.some((known) => known === revision)) return found;
    const message = `Bad Request: expected MCP-Protocol-Version ${legacyRevisions.join(', ')}`;
    return { status: 400, code: refusalCode.http, message };
  }

  #get(request: IncomingMessage, response: ServerResponse): void {
    if (!accepts(request, 'text/event-stream'))
      return refuse(response, notAcceptable('Accept: text/event-stream'));
    const found = this.#session(request);
    if (!(found instanceof SessionClient)) return refuse(response, withAllow(request, found));
    const last = headerText(request, 'last-event-id');
    if (last === undefined) return found.listen(response);
    if (found.resume(response, last)) return undefined;
    return refuse(response, {
      ...{ status: 400, code: refusalCode.http },
      message: 'what came behind this event is not kept',
    });
  }

  #delete(request: IncomingMessage, response: ServerResponse): void {
    const found = this.#session(request);
    if (!(found instanceof SessionClient)) return refuse(response, withAllow(request, found));
    this.sessions.remove(found.id);
    response.writeHead(200).end();
  }
}

const busy: HttpRefusal = {
  status: 503,
  code: refusalCode.http,
  message: 'too much at once; try again',
  headers: { 'Retry-After': '5', Connection: 'close' },
};

function tooLarge(maxBytes: number): HttpRefusal {
  const message = `expected a body of up to ${String(maxBytes)} bytes`;
  return { status: 413, code: refusalCode.http, message, headers: { Connection: 'close' } };
}

function malformed({ reason, id }: Malformed): HttpRefusal {
  switch (reason) {
    case 'not-json':
      return { status: 400, code: refusalCode.parse, message: 'Parse error: expected JSON', id };
    case 'batch':
      return {
        ...{ status: 400, code: refusalCode.invalidRequest, id },
        message: 'expected one message, found a batch: MCP has none since 2025-06-18',
      };
    case 'not-json-rpc':
      return {
        ...{ status: 400, code: refusalCode.invalidRequest, id },
        message: 'expected a message of JSON-RPC 2.0',
      };
  }
}

/** A header that names the revision without sessions, and a body that does not. */
function withoutMeta(message: Message, response: ServerResponse): void {
  // The revision has no notifications of clients; one is taken and does nothing.
  if (message.kind === 'notification') return void response.writeHead(202).end();
  return refuse(response, {
    ...{ status: 400, code: message.kind === 'request' ? -32_602 : refusalCode.invalidRequest },
    message: `expected a request with ${metaKey.version} in its _meta`,
    id: message.kind === 'request' ? message.id : null,
  });
}

function nameIn(info: unknown): string {
  const name: unknown = Reflect.get(Object(info), 'name');
  return typeof name === 'string' ? name : '';
}

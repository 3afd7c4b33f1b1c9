import type { ServerResponse } from 'node:http';
import type { ClientSession, Hub, Relation } from '../serve/front.ts';
import { isJsonObject, type JsonObject } from '../lib/json-value.ts';
import { Part, type Id, type Message, type Request } from '../serve/message.ts';
import { metaKey } from '../serve/protocol.ts';
import { Exchange, sessionEnded } from './exchange.ts';
import type { Known } from './registry.ts';

export interface StatelessClientOptions {
  readonly hub: Hub;
  readonly name: string;
  readonly streamAfterMs: number;
}

interface Open {
  readonly exchange: Exchange;
  readonly request: Request;
}

/**
 * Clients of one name and abilities in the revision without sessions (2026-07-28): each request stands alone, and what
 * it causes goes to its own answer. Their requests get ids of ours, since two of them may use the same.
 */
export class StatelessClient implements Known {
  readonly #options: StatelessClientOptions;
  readonly #session: ClientSession;
  readonly #open = new Map<Id, Open>();
  #lastId = 0;

  constructor(options: StatelessClientOptions) {
    this.#options = options;
    this.#session = options.hub.open({
      transport: 'http',
      name: options.name,
      send: (message, relation) => this.#send(message, relation),
    });
  }

  get isBusy(): boolean {
    return this.#open.size > 0;
  }

  /** Whose connection is closed has cancelled. */
  get isAttended(): boolean {
    return this.isBusy;
  }

  request(request: Request, response: ServerResponse): void {
    const id = ++this.#lastId;
    const exchange = new Exchange({
      id: request.id,
      response,
      headers: {},
      resumable: undefined,
      primes: false,
      streamAfterMs: this.#options.streamAfterMs,
      statusOf: statusOfAnswer,
    });
    this.#open.set(id, { exchange, request });
    // In this revision a closed answer is a cancelled request.
    response.once('close', () => {
      if (this.#open.delete(id)) this.#cancel(id);
      exchange.end();
    });
    this.#session.deliver({ ...request, id });
  }

  keepAlive(): void {
    for (const { exchange } of this.#open.values()) exchange.stream?.keepAlive();
  }

  async close(): Promise<void> {
    // Subscriptions are answered by the hub.
    const closed = this.#session.close();
    for (const { exchange, request } of this.#open.values()) void exchange.send(sessionEnded(request.id));
    this.#open.clear();
    await closed;
  }

  #send(message: Message, { about }: Relation): void | Promise<void> {
    const open = about === undefined ? undefined : this.#open.get(about);
    // Nothing of this revision belongs to no request; nor may a server ask.
    if (about === undefined || open === undefined || message.kind === 'request') return undefined;
    const { exchange, request } = open;
    const sent = exchange.send(
      request.method === 'subscriptions/listen' ? subscribedAs(message, request.id) : message,
    );
    if (exchange.isOver) this.#open.delete(about);
    return sent;
  }

  #cancel(requestId: Id): void {
    this.#session.deliver({
      kind: 'notification',
      method: 'notifications/cancelled',
      params: Part.ofValue({ requestId, reason: 'the client has closed its connection' }),
    });
  }
}

/** A subscription is called by the id of its request: the client's own. */
function subscribedAs(message: Message, id: Id): Message {
  switch (message.kind) {
    case 'notification':
      return { ...message, params: Part.ofValue(renamed(message.params?.object ?? {}, id)) };
    case 'result':
      return { ...message, result: Part.ofValue(renamed(message.result.object, id)) };
    default:
      return message;
  }
}

function renamed(value: JsonObject, id: Id): JsonObject {
  const meta = value['_meta'];
  if (!isJsonObject(meta) || !Object.hasOwn(meta, metaKey.subscriptionId)) return value;
  return { ...value, _meta: { ...meta, [metaKey.subscriptionId]: id } };
}

/** By the transport's chapter of 2026-07-28, "Request Metadata": unknown methods, and what the client has to say otherwise. */
function statusOfAnswer(answer: Message): number {
  if (answer.kind !== 'failure') return 200;
  const { code } = answer.error.object;
  if (code === -32_601) return 404;
  return typeof code === 'number' && code <= -32_020 && code >= -32_022 ? 400 : 200;
}

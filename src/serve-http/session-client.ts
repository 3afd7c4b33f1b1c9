import type { ServerResponse } from 'node:http';
import type { ClientSession, Hub, Relation } from '../serve/front.ts';
import { failure, idOf, type Id, type Message, type Request } from '../serve/message.ts';
import { memberOf } from '../serve/part-members.ts';
import type { EventLog } from './event-log.ts';
import { EventStream, type Resumable } from './event-stream.ts';
import { Exchange, sessionEnded } from './exchange.ts';
import type { Known } from './registry.ts';

export interface SessionClientOptions {
  readonly hub: Hub;
  readonly log: EventLog;
  readonly streamAfterMs: number;
}

/** Streams that have ended and may still be resumed, per session. */
const maxEnded = 16;
/** Messages that wait for a client that listens to none, per session. */
const maxWaiting = 100;

export const sessionHeader = 'Mcp-Session-Id';

/** MCP has no code for it; as in the Language Server Protocol. */
const requestCancelled = -32_800;

/** A client of a revision that has sessions (up to 2025-11-25): POSTs, a stream to listen on, and resumption. */
export class SessionClient implements Known {
  readonly #options: SessionClientOptions;
  readonly #session: ClientSession;
  readonly #open = new Map<Id, Exchange>();
  /** By the name that their events have; the oldest first. */
  readonly #streams = new Map<string, EventStream>();
  #listening: EventStream | undefined;
  #waiting: Message[] = [];
  #names = 0;

  constructor(options: SessionClientOptions) {
    this.#options = options;
    this.#session = options.hub.open({
      transport: 'http',
      name: '',
      send: (message, relation) => this.#send(message, relation),
    });
  }

  get id(): string {
    return this.#session.id;
  }

  get isBusy(): boolean {
    return this.#open.size > 0 || this.#listening?.isConnected === true;
  }

  get isAttended(): boolean {
    return (
      this.#listening?.isConnected === true || [...this.#open.values()].some(({ isConnected }) => isConnected)
    );
  }

  /** Whether a request of this id waits for its answer: another of the same would take it. */
  isOpen(id: Id): boolean {
    return this.#open.has(id);
  }

  /** `primes`: the client's revision knows events without data. */
  request(request: Request, response: ServerResponse, { primes }: { readonly primes: boolean }): void {
    this.#open.set(
      request.id,
      new Exchange({
        id: request.id,
        response,
        headers: this.#headers,
        resumable: this.#nextStream(),
        primes,
        streamAfterMs: this.#options.streamAfterMs,
        statusOf: () => 200,
      }),
    );
    this.#session.deliver(request);
  }

  /** A notification, or an answer to a request of a server. */
  deliver(message: Message): void {
    this.#session.deliver(message);
    if (message.kind === 'notification' && message.method === 'notifications/cancelled')
      this.#endCancelled(idOf(memberOf(message.params, 'requestId')));
  }

  /** What belongs to no request of the client comes here from now on. */
  listen(response: ServerResponse): void {
    this.#listening?.end();
    response.setHeader(sessionHeader, this.id);
    const resumable = this.#nextStream();
    const stream = new EventStream(response, resumable);
    this.#listening = stream;
    this.#keep(resumable.name, stream);
    for (const message of this.#waiting.splice(0)) void stream.send(message);
  }

  /** After a lost connection: what came behind this event. False if that is not kept. */
  resume(response: ServerResponse, lastEvent: string): boolean {
    const [, name = '', number = ''] = /^(\d{1,9})-(\d{1,9})$/.exec(lastEvent) ?? [];
    const exchange = [...this.#open.values()].find((one) => one.name === name);
    const stream = exchange?.stream ?? this.#streams.get(name);
    response.setHeader(sessionHeader, this.id);
    if (stream?.resume(response, Number(number)) !== true) return false;
    if (exchange === undefined && stream !== this.#listening) stream.end();
    return true;
  }

  keepAlive(): void {
    this.#listening?.keepAlive();
    for (const { stream } of this.#open.values()) stream?.keepAlive();
  }

  async close(): Promise<void> {
    this.#listening?.end();
    for (const [id, exchange] of this.#open) void exchange.send(sessionEnded(id));
    this.#open.clear();
    for (const name of this.#streams.keys()) this.#options.log.forget(this.#logged(name));
    await this.#session.close();
  }

  /**
   * A request that its client has given up gets no answer of the hub, and without one its stream would stay open, and
   * the session busy, for good. An error ends it for every client; they ignore what it says.
   */
  #endCancelled(id: Id | undefined): void {
    if (id === undefined || !this.#open.has(id)) return;
    void this.#send(failure(id, requestCancelled, 'the request was cancelled'), { about: id });
  }

  get #headers(): Readonly<Record<string, string>> {
    return { [sessionHeader]: this.id };
  }

  #nextStream(): Resumable {
    const name = String(this.#names++);
    return { log: this.#options.log, stream: this.#logged(name), name };
  }

  #logged(name: string): string {
    return `${this.id}/${name}`;
  }

  #send(message: Message, { about }: Relation): void | Promise<void> {
    const exchange = about === undefined ? undefined : this.#open.get(about);
    if (about === undefined || exchange === undefined) return this.#tell(message);
    const sent = exchange.send(message);
    if (exchange.isOver) {
      this.#open.delete(about);
      if (exchange.stream !== undefined && exchange.name !== undefined)
        this.#keep(exchange.name, exchange.stream);
    }
    return sent;
  }

  #tell(message: Message): void | Promise<void> {
    // The answer to a request that nobody waits for any more.
    if (message.kind === 'result' || message.kind === 'failure') return undefined;
    if (this.#listening !== undefined) return this.#listening.send(message);
    this.#waiting.push(message);
    if (this.#waiting.length > maxWaiting) this.#waiting.shift();
    return undefined;
  }

  #keep(name: string, stream: EventStream): void {
    this.#streams.set(name, stream);
    for (const oldest of this.#streams.keys()) {
      if (this.#streams.size <= maxEnded) return;
      this.#streams.delete(oldest);
      this.#options.log.forget(this.#logged(oldest));
    }
  }
}

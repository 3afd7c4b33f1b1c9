import type { ServerResponse } from 'node:http';
import { writeMessage } from '../serve/write-message.ts';
import { failure, type Failure, type Id, type Message } from '../serve/message.ts';
import { EventStream, type Resumable } from './event-stream.ts';
import { refusalCode } from './refuse.ts';

export interface ExchangeOptions {
  /** The client's own id of its request. */
  readonly id: Id;
  readonly response: ServerResponse;
  /** Headers of every answer: the session's id. */
  readonly headers: Readonly<Record<string, string>>;
  readonly resumable: Resumable | undefined;
  /** Begin a stream with an event without data. */
  readonly primes: boolean;
  /** Milliseconds after which an answer becomes a stream: the client sees that somebody is at work. */
  readonly streamAfterMs: number;
  /** The HTTP status of an answer that is a plain JSON object. */
  readonly statusOf: (answer: Message) => number;
}

/**
 * One request of a client and its answer: a JSON object if that comes soon and nothing before it, else a stream of
 * events that ends with it.
 */
export class Exchange {
  readonly #options: ExchangeOptions;
  readonly #timer: NodeJS.Timeout;
  #stream: EventStream | undefined;
  #isOver = false;

  constructor(options: ExchangeOptions) {
    this.#options = options;
    this.#timer = setTimeout(() => this.#begin(), options.streamAfterMs);
    options.response.once('close', () => {
      if (this.#stream === undefined) clearTimeout(this.#timer);
    });
  }

  /** Undefined as long as nothing says that it will be one. */
  get stream(): EventStream | undefined {
    return this.#stream;
  }

  get name(): string | undefined {
    return this.#options.resumable?.name;
  }

  /** Whether the client is there for what comes. */
  get isConnected(): boolean {
    return this.#stream?.isConnected ?? !this.#options.response.destroyed;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** A message that belongs to the request; its answer is the last. */
  send(message: Message): void | Promise<void> {
    const isAnswer = message.kind === 'result' || message.kind === 'failure';
    const own = isAnswer ? { ...message, id: this.#options.id } : message;
    if (isAnswer && this.#stream === undefined) return this.#answer(own);
    const sent = this.#begin().send(own);
    if (isAnswer) this.end();
    return sent;
  }

  end(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#stream?.end();
  }

  #begin(): EventStream {
    clearTimeout(this.#timer);
    if (this.#stream !== undefined) return this.#stream;
    const { response, resumable, primes, headers } = this.#options;
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    this.#stream = new EventStream(response, resumable);
    if (primes) this.#stream.prime();
    return this.#stream;
  }

  #answer(message: Message): void | Promise<void> {
    const { response, headers, statusOf } = this.#options;
    this.#isOver = true;
    clearTimeout(this.#timer);
    if (response.destroyed) return undefined;
    const pieces = writeMessage(message);
    const length = pieces.reduce((sum, piece) => sum + Buffer.byteLength(piece), 0);
    response.writeHead(statusOf(message), {
      ...headers,
      'Content-Type': 'application/json',
      'Content-Length': length,
    });
    let room = true;
    for (const piece of pieces) room = response.write(piece);
    response.end();
    if (room) return undefined;
    return new Promise((resolve) => {
      response.once('finish', resolve);
      response.once('close', resolve);
    });
  }
}

/** What a request that is open at the end of its session is answered with: nobody should wait for a connection to break. */
export function sessionEnded(id: Id): Failure {
  return failure(id, refusalCode.http, 'the session has ended');
}

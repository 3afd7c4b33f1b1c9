import type { IncomingMessage } from 'node:http';
import { call } from './endpoint.ts';
import { Failure, failure, failureOf, statusFailure } from './failure.ts';
import { isSuccess, openStream, pauseBefore, readingOf, type Link } from './link.ts';
import { errorLine, type ClientMessage, type RawId, type ServerMessage } from './messages.ts';
import { readReply, type Place } from './reply.ts';

/** Milliseconds that a server may go on with a reply when there is nothing more to wait for. */
const linger = 1000;
/** Failed tries in a row to take up a broken reply. */
const maxTries = 5;

/**
 * One line of the client's with requests in it, and the reply. Every request gets an answer, unless it is cancelled:
 * the server's, or an error that says what happened instead. How long to wait is the client's to decide.
 */
export class Question {
  readonly message: ClientMessage;
  /** The server has been handed it, or can't be any more. */
  readonly sent: Promise<void>;
  /** Nobody waits for anything any more. */
  readonly settled: Promise<void>;
  /** Nothing of it is left. */
  readonly over: Promise<void>;
  readonly #link: Link;
  readonly #waiting: Set<RawId>;
  readonly #off = new AbortController();
  readonly #signal: AbortSignal;
  readonly #sent = Promise.withResolvers<void>();
  readonly #settled = Promise.withResolvers<void>();
  #isSettled = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(link: Link, message: ClientMessage) {
    this.#link = link;
    this.message = message;
    this.sent = this.#sent.promise;
    this.settled = this.#settled.promise;
    this.#waiting = new Set(message.ids);
    this.#signal = AbortSignal.any([link.signal, this.#off.signal]);
    this.over = this.#run();
  }

  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** The client has given up: no answer is owed. In the stateless revision an end of the connection says so. */
  cancel(how: 'at-once' | 'in-a-while'): void {
    this.#waiting.clear();
    if (how === 'at-once') this.#off.abort();
    this.#settle();
  }

  async #run(): Promise<void> {
    try {
      await this.#ask();
      if (this.#waiting.size > 0) throw failure('the server ended its reply without an answer');
    } catch (error) {
      const reason: unknown = this.#link.signal.aborted ? this.#link.signal.reason : error;
      for (const id of this.#waiting) await this.#link.output.line(errorLine(id, failureOf(reason).error));
    } finally {
      this.#settle();
      clearTimeout(this.#timer);
      this.#off.abort();
      this.#sent.resolve();
    }
  }

  async #ask(): Promise<void> {
    const { endpoint, session } = this.#link;
    const { body, method } = this.message;
    const headers = session.headersOf(this.message);
    const { sent, reply } = call(endpoint, { method: 'POST', headers, body, signal: this.#signal });
    void sent.then(() => this.#sent.resolve());
    const answer = await reply;
    const inSession = method !== 'initialize' && session.id !== undefined;
    if (!isSuccess(answer)) throw await statusFailure(answer, inSession);
    if (method === 'initialize') session.id = sessionId(answer);
    const place: Place = { lastId: undefined, retry: undefined };
    await this.#read(answer, place).catch((error: unknown) => {
      if (error instanceof Failure || place.lastId === undefined) throw error;
    });
    await this.#takeUp(place);
  }

  /** A stream of events may break, or be ended by its server on purpose, and go on in another one. */
  async #takeUp(place: Place): Promise<void> {
    for (let tries = 0; this.#waiting.size > 0 && place.lastId !== undefined; tries++) {
      if (tries > maxTries) throw failure('the reply broke off and could not be taken up again');
      await pauseBefore(tries, place, this.#signal);
      const reply = await openStream(this.#link, place, this.#signal).catch(() => undefined);
      this.#signal.throwIfAborted();
      if (reply === undefined) continue;
      if (!isSuccess(reply)) throw await statusFailure(reply, this.#link.session.id !== undefined);
      tries = 0;
      await this.#read(reply, place).catch(() => undefined);
    }
  }

  async #read(reply: IncomingMessage, place: Place): Promise<void> {
    await readReply(
      reply,
      place,
      readingOf(this.#link, (message) => this.#deliver(message)),
    );
  }

  async #deliver(message: ServerMessage): Promise<void> {
    const { method, revision } = this.message;
    // What went wrong before the server knew the id.
    if (message.isUnmatched && message.error !== undefined) throw new Failure(message.error);
    if (message.isUnmatched) return;
    const awaited = message.answers !== undefined && this.#waiting.delete(message.answers);
    if (awaited && method === 'initialize') this.#link.session.agreeOn(message.protocolVersion);
    if (awaited && method === 'tools/list' && revision !== undefined)
      this.#link.session.params.learn(message.line);
    await this.#link.output.line(message.line);
    if (awaited && this.#waiting.size === 0) this.#settle();
  }

  #settle(): void {
    this.#isSettled = true;
    this.#settled.resolve();
    this.#timer ??= setTimeout(() => this.#off.abort(), linger).unref();
  }
}

function sessionId({ headers }: IncomingMessage): string | undefined {
  const given = headers['mcp-session-id'];
  return typeof given === 'string' && given !== '' ? given : undefined;
}

import type { Readable, Writable } from 'node:stream';
import { Allowance } from './allowance.ts';
import { awaitPort } from './await-port.ts';
import { call, type Endpoint } from './endpoint.ts';
import { failure } from './failure.ts';
import { longestMessage } from './gathering.ts';
import { linesOf, type Line } from './lines.ts';
import type { Link } from './link.ts';
import { clientMessage, errorLine, type ClientMessage } from './messages.ts';
import { Output } from './output.ts';
import { Question } from './question.ts';
import { Session } from './session.ts';
import { standingStream } from './standing-stream.ts';
import { tell } from './tell.ts';

export interface HttpBridgeOptions {
  readonly endpoint: Endpoint;
  /** One JSON-RPC message a line, both. */
  readonly input: Readable;
  readonly output: Writable;
  readonly onNote: (text: string) => void;
  /** Milliseconds for the server to listen. */
  readonly listenWithin?: number;
}

/** Open replies: far from the tunnel's 256 streams, of which the server's own connections need some too. */
const maxRunning = 100;
/** What may wait for its turn. */
const maxQueued = 1000;
const maxQueuedBytes = 64 * 1024 * 1024;
/** Of all unfinished messages of the server together; what the client sends counts apart. */
const maxHeldBytes = 128 * 1024 * 1024;
const listenWithin = 60_000;
/** Milliseconds. */
const farewell = 300;

/**
 * Speaks stdio to a client and Streamable HTTP to a server (MCP 2025-03-26 to 2026-07-28). The order of the client's
 * lines is kept: a request is handed over before the next line is looked at, a notification accepted, initialize
 * answered. Answers come in the server's order.
 */
export class HttpBridge {
  readonly #options: HttpBridgeOptions;
  readonly #link: Link;
  readonly #stop = new AbortController();
  readonly #running = new Set<Question>();
  #queue: ClientMessage[] = [];
  #queuedBytes = 0;
  #standing: AbortController | undefined;

  constructor(options: HttpBridgeOptions) {
    this.#options = options;
    this.#link = {
      endpoint: options.endpoint,
      session: new Session(),
      output: new Output(options.output),
      allowance: new Allowance(maxHeldBytes),
      signal: this.#stop.signal,
      onNote: options.onNote,
    };
  }

  /**
   * Resolves when the input has ended, everything is answered and the session is closed, or after `stop`. Rejects with
   * `timeout` if the server does not listen in time.
   */
  async run(): Promise<void> {
    const { endpoint, input } = this.#options;
    try {
      await awaitPort(endpoint, this.#options.listenWithin ?? listenWithin, this.#stop.signal);
      for await (const line of linesOf(input, new Allowance(longestMessage))) await this.#take(line);
      await this.#drain();
      this.stop('the session is over');
      await this.#leave();
    } catch (error) {
      if (!this.#stop.signal.aborted) throw error;
    } finally {
      await Promise.all([...this.#running].map(({ over }) => over));
    }
  }

  /** Ends everything at once; who still waits for an answer is told why. */
  stop(why: string): void {
    this.#stop.abort(failure(why));
    for (const message of this.#queue) this.#refuse(message, why);
    this.#queue = [];
    this.#options.input.destroy();
  }

  async #take(line: Line): Promise<void> {
    const message = line === 'too-long' ? undefined : clientMessage(line);
    if (message === undefined) {
      const what = line === 'too-long' ? 'the line is too long' : 'the line is no JSON-RPC message';
      return this.#link.output.line(errorLine(undefined, { code: -32_600, message: `mcpcat: ${what}` }));
    }
    if (message.ids.length > 0) return this.#request(message);
    if (message.cancels !== undefined && this.#isCancelledHere(message.cancels)) return;
    const accepted = await tell(this.#link, message);
    if (message.cancels !== undefined) this.#find(message.cancels)?.cancel('in-a-while');
    if (accepted && message.method === 'notifications/initialized') this.#stand();
  }

  async #request(message: ClientMessage): Promise<void> {
    if (message.method === 'initialize') {
      this.#standing?.abort();
      this.#link.session.forget();
      return this.#start(message).settled;
    }
    if (this.#running.size < maxRunning) return this.#start(message).sent;
    const { length } = message.body;
    if (this.#queue.length >= maxQueued || this.#queuedBytes + length > maxQueuedBytes)
      return this.#refuse(message, 'too many requests at once');
    this.#queue.push(message);
    this.#queuedBytes += length;
  }

  #start(message: ClientMessage): Question {
    const question = new Question(this.#link, message);
    this.#running.add(question);
    void question.over.then(() => {
      this.#running.delete(question);
      const next = this.#queue.shift();
      if (next === undefined) return;
      this.#queuedBytes -= next.body.length;
      this.#start(next);
    });
    return question;
  }

  #refuse(message: ClientMessage, why: string): void {
    for (const id of message.ids) void this.#link.output.line(errorLine(id, failure(why).error));
  }

  #find(id: string): Question | undefined {
    return [...this.#running].find(({ message }) => message.ids.includes(id));
  }

  /** Requests that the server has not seen, and stateless ones, for which it takes no notification. */
  #isCancelledHere(id: string): boolean {
    const queued = this.#queue.find(({ ids }) => ids.includes(id));
    if (queued !== undefined) {
      this.#queue = this.#queue.filter((message) => message !== queued);
      this.#queuedBytes -= queued.body.length;
      return true;
    }
    const running = this.#find(id);
    if (running?.message.revision === undefined) return false;
    running.cancel('at-once');
    return true;
  }

  #stand(): void {
    this.#standing?.abort();
    this.#standing = new AbortController();
    void standingStream(this.#link, AbortSignal.any([this.#stop.signal, this.#standing.signal]));
  }

  /** Answers in flight arrive; subscriptions never end by themselves. */
  async #drain(): Promise<void> {
    const lasting = ({ message }: Question): boolean => message.method === 'subscriptions/listen';
    const isOpen = (): boolean => [...this.#running].some((it) => !it.isSettled && !lasting(it));
    while (this.#queue.length > 0 || isOpen())
      await Promise.race(
        [...this.#running].map(({ isSettled, settled, over }) => (isSettled ? over : settled)),
      );
    for (const question of this.#running) if (lasting(question)) question.cancel('at-once');
  }

  /** Tells the server that its session is over; some keep what belongs to it. */
  async #leave(): Promise<void> {
    const { endpoint, session } = this.#link;
    if (session.id === undefined) return;
    const signal = AbortSignal.timeout(farewell);
    const { reply } = call(endpoint, { method: 'DELETE', headers: session.headers, signal });
    await reply.then(
      (answer) => answer.destroy(),
      () => undefined,
    );
  }
}

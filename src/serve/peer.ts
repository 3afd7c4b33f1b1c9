import {
  errorCode,
  failure,
  type Failure,
  type Id,
  type Message,
  type Notification,
  type Part,
  type Request,
  type Response,
} from './message.ts';
import type { Upstream } from './upstream.ts';

export interface PeerEvents {
  request(request: Request): void;
  notification(notification: Notification): void | Promise<void>;
}

type OnAnswer = (response: Response) => void | Promise<void>;

/**
 * JSON-RPC with one running server: gives requests ids of its own, so that those of several clients can't meet, and
 * brings each answer to whoever asked. An answer to nothing is dropped.
 */
export class Peer {
  readonly #upstream: Upstream;
  readonly #events: PeerEvents;
  readonly #open = new Map<number, OnAnswer>();
  #lastId = 0;

  constructor(upstream: Upstream, events: PeerEvents) {
    this.#upstream = upstream;
    this.#events = events;
  }

  /** `params` is given the id, which serves as progress token too. Undefined if the server does not read any more. */
  ask(
    method: string,
    params: Part | undefined | ((id: number) => Part | undefined),
    onAnswer: OnAnswer,
  ): number | undefined {
    const id = ++this.#lastId;
    const own = typeof params === 'function' ? params(id) : params;
    if (!this.#upstream.send({ kind: 'request', id, method, params: own })) return undefined;
    this.#open.set(id, onAnswer);
    return id;
  }

  /** The same as a promise. */
  async answerTo(method: string, params: Part | undefined): Promise<Response> {
    return new Promise((resolve) => {
      const id = this.ask(method, params, resolve);
      if (id === undefined) resolve(failure(0, errorCode.internal, 'the server does not read its input'));
    });
  }

  send(message: Notification | Response): void {
    this.#upstream.send(message);
  }

  /** Nobody waits for the answer any more; the server is told. */
  cancel(id: number, params: Part): void {
    if (this.#open.delete(id)) this.send({ kind: 'notification', method: 'notifications/cancelled', params });
  }

  take(message: Message): void | Promise<void> {
    switch (message.kind) {
      case 'request':
        return this.#events.request(message);
      case 'notification':
        return this.#events.notification(message);
      case 'result':
      case 'failure':
        return this.#answered(message.id, message);
    }
  }

  /** The answer to a request can't be had, all others still can. */
  fail(id: Id | undefined, error: Part): void {
    if (id !== undefined) void this.#answered(id, { kind: 'failure', id, error });
  }

  /** No request will be answered any more. */
  failAll(answer: Failure): void {
    const open = [...this.#open.values()];
    this.#open.clear();
    for (const onAnswer of open) void onAnswer(answer);
  }

  #answered(id: Id | null, response: Response): void | Promise<void> {
    if (typeof id !== 'number') return undefined;
    const onAnswer = this.#open.get(id);
    this.#open.delete(id);
    return onAnswer?.(response);
  }
}

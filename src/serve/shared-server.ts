import { objectOf, type JsonObject } from '../lib/json-value.ts';
import {
  errorCode,
  failure,
  idOf,
  Part,
  result,
  type Id,
  type Message,
  type Notification,
  type Request,
  type Response,
} from './message.ts';
import { memberOf, withMembers } from './part-members.ts';
import { SharedGreeting } from './shared-greeting.ts';
import type { OpenUpstream, StopUrgency, Upstream, UpstreamEvents } from './upstream.ts';

/** One session's share of a server. */
interface Member {
  readonly events: UpstreamEvents;
  readonly ended: PromiseWithResolvers<string>;
}

type Told = void | Promise<void>;

/** A request on its way: whose, and how that session calls it. */
interface Sent {
  /** Undefined: of all. */
  readonly member: Member | undefined;
  readonly id: Id;
  readonly answer: (response: Response) => Told;
}

/** Milliseconds that one session's slow reader holds up the others at most. */
const slowMs = 5000;

/** Nobody can be told whom it is about. */
const refusedMethods = /^(resources\/(un)?subscribe|subscriptions\/listen|tasks\/.*)$/;

/** One container and the sessions that share it, from its start to its end. */
export class SharedServer {
  readonly #abort = new AbortController();
  readonly #members = new Set<Member>();
  readonly #sent = new Map<number, Sent>();
  readonly #greeting = new SharedGreeting();
  readonly #started: Promise<Upstream>;
  #waiting = 0;
  #upstream: Upstream | undefined;
  #lastId = 0;
  #isOver = false;

  constructor(
    open: OpenUpstream,
    { revision, session }: { readonly revision: string; readonly session: string },
  ) {
    this.#started = open(
      {
        message: (message) => this.#take(message),
        tooLarge: (id) => this.#tooLarge(id),
      },
      { startedFor: { session, client: '' }, signal: this.#abort.signal, revision },
    );
    this.#started.then(
      (upstream) => this.#run(upstream),
      () => (this.#isOver = true),
    );
  }

  /** Whoever comes now needs another one. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Rejects as its start does, or where it is given up; the last one to give it up ends it. */
  async join(events: UpstreamEvents, signal: AbortSignal): Promise<Upstream> {
    this.#waiting += 1;
    const left = Promise.withResolvers<never>();
    const leave = (): void => left.reject(signal.reason);
    signal.addEventListener('abort', leave, { once: true });
    try {
      await Promise.race([this.#started, left.promise]);
      signal.throwIfAborted();
      return this.#joined(events);
    } finally {
      this.#waiting -= 1;
      signal.removeEventListener('abort', leave);
      this.#endIfUnused('terminate');
    }
  }

  #run(upstream: Upstream): void {
    this.#upstream = upstream;
    void upstream.ended.then((cause) => {
      this.#isOver = true;
      for (const { ended } of this.#members) ended.resolve(cause);
    });
  }

  #joined(events: UpstreamEvents): Upstream {
    const member: Member = { events, ended: Promise.withResolvers() };
    this.#members.add(member);
    const leave = (urgency: StopUrgency): void => this.#leave(member, urgency);
    return {
      send: (message) => this.#send(member, message),
      ended: member.ended.promise,
      stop: leave,
      close: async () => {
        leave('terminate');
        if (this.#isOver) await this.#upstream?.close();
        member.ended.resolve('it was stopped');
      },
    };
  }

  #leave(member: Member, urgency: StopUrgency): void {
    if (!this.#members.has(member)) return;
    for (const [id, sent] of this.#sent) if (sent.member === member) this.#cancel(id, 'the client is gone');
    this.#members.delete(member);
    this.#endIfUnused(urgency);
    // Its container goes on for the others; for the last one it ends when the container does.
    if (this.#isOver) void this.#upstream?.ended.then(member.ended.resolve);
    else member.ended.resolve('it was stopped');
  }

  #endIfUnused(urgency: StopUrgency): void {
    if (this.#members.size > 0 || this.#waiting > 0) return;
    this.#isOver = true;
    this.#abort.abort();
    this.#upstream?.stop(urgency);
  }

  #send(member: Member, message: Message): boolean {
    switch (message.kind) {
      case 'request':
        return this.#ask(member, message);
      case 'notification':
        return this.#tell(member, message);
      default:
        // Nobody was asked anything.
        return true;
    }
  }

  #ask(member: Member, request: Request): boolean {
    const { id, method } = request;
    const answer = (response: Response): Told => member.events.message({ ...response, id });
    if (method === 'initialize')
      return this.#greeting.ask(request, answer, (first, onAnswer) =>
        this.#forward(first, { member: undefined, id, answer: onAnswer }),
      );
    // What one session wants to hear of would be heard by all, and what it is can't be told.
    if (method === 'logging/setLevel') queueMicrotask(() => void answer(result(id, {})));
    else if (refusedMethods.test(method))
      queueMicrotask(
        () => void answer(failure(id, errorCode.methodNotFound, `${method}: the server is shared`)),
      );
    else return this.#forward(request, { member, id, answer });
    return true;
  }

  #forward({ method, params }: Request, sent: Sent): boolean {
    const own = ++this.#lastId;
    const meta = objectOf(memberOf(params, '_meta'));
    const renamed =
      'progressToken' in meta ? withMembers(params, { _meta: { ...meta, progressToken: own } }) : params;
    if (this.#upstream?.send({ kind: 'request', id: own, method, params: renamed }) !== true) return false;
    this.#sent.set(own, sent);
    return true;
  }

  #tell(member: Member, message: Notification): boolean {
    if (message.method === 'notifications/initialized')
      return this.#greeting.opened() ? true : (this.#upstream?.send(message) ?? false);
    // Of roots, and whatever else one session says of itself: it is not the others'.
    if (message.method !== 'notifications/cancelled') return true;
    const requestId = idOf(memberOf(message.params, 'requestId'));
    for (const [own, sent] of this.#sent)
      if (sent.member === member && sent.id === requestId)
        this.#cancel(own, memberOf(message.params, 'reason'));
    return true;
  }

  #cancel(own: number, reason: JsonObject[string] | undefined): void {
    this.#sent.delete(own);
    const params = Part.ofValue({ requestId: own, ...(reason === undefined ? {} : { reason }) });
    this.#upstream?.send({ kind: 'notification', method: 'notifications/cancelled', params });
  }

  #take(message: Message): Told {
    const told = this.#taken(message);
    if (told === undefined) return undefined;
    return Promise.race([told, new Promise<void>((resolve) => setTimeout(resolve, slowMs).unref())]);
  }

  #taken(message: Message): Told {
    switch (message.kind) {
      case 'request': {
        const { id, method } = message;
        const why = `${method}: the server is shared, and it can't be told which client this is about`;
        this.#upstream?.send(method === 'ping' ? result(id, {}) : failure(id, errorCode.methodNotFound, why));
        return undefined;
      }
      case 'notification':
        return this.#heard(message);
      default:
        return this.#sentAs(message.id)?.answer(message);
    }
  }

  /** Progress to whoever has asked; that a list has changed to all; anything else to nobody. */
  #heard(message: Notification): Told {
    const { method, params } = message;
    if (method.endsWith('/list_changed'))
      return void [...this.#members].map(({ events }) => events.message(message));
    if (method !== 'notifications/progress') return undefined;
    const token = memberOf(params, 'progressToken');
    const sent = typeof token === 'number' ? this.#sent.get(token) : undefined;
    if (sent === undefined) return undefined;
    const renamed = withMembers(params, { progressToken: sent.id });
    return sent.member?.events.message({ ...message, params: renamed });
  }

  #tooLarge(id: Id | undefined): void {
    const sent = id === undefined ? undefined : this.#sentAs(id);
    sent?.member?.events.tooLarge(sent.id);
  }

  #sentAs(id: Id | null): Sent | undefined {
    if (typeof id !== 'number') return undefined;
    const sent = this.#sent.get(id);
    this.#sent.delete(id);
    return sent;
  }
}

import { randomBytes } from 'node:crypto';
import { once } from '../host/once.ts';
import { objectOf, type JsonObject, type JsonValue } from '../lib/json-value.ts';
import { Pending } from '../lib/pending.ts';
import type { Lists } from '../surface/surface.ts';
import { Calls } from './calls.ts';
import { ClientRequests } from './client-requests.ts';
import type { ClientConnection, ClientSession, ServerStatus } from './front.ts';
import { discoverResult, initializeResult, saidBy, type Greeting } from './greeting.ts';
import { HeldRequests } from './held-requests.ts';
import type { HubOptions } from './hub-options.ts';
import {
  errorCode,
  failure,
  notification,
  Part,
  result,
  type Failure,
  type Id,
  type Message,
  type Notification,
  type Request,
} from './message.ts';
import { memberOf } from './part-members.ts';
import type { OnCall, Policy } from './policy.ts';
import type { ClientFacts } from './protocol.ts';
import type { Recordings } from './recordings.ts';
import { fromServer } from './server-messages.ts';
import type { SessionContext } from './session-context.ts';
import { SessionServer, type SessionSide } from './session-server.ts';
import { Tasks } from './tasks.ts';
import { modernResult } from './translate.ts';
import type { StopUrgency } from './upstream.ts';
import type { SharedViews } from './shared-views.ts';
import { listOf, type View } from './view.ts';

export interface SessionOptions extends HubOptions {
  readonly views: SharedViews;
  readonly recordings: Recordings;
  readonly policy: Policy;
  readonly startTimeoutMs: number;
  readonly onClosed: () => void;
}

/** One client at work (front.ts). What it asks of mcpcat is answered here, what it asks of a server in calls.ts. */
export class Session implements ClientSession, SessionContext {
  readonly #id = once(() => randomBytes(16).toString('hex'));
  readonly servers: ReadonlyMap<string, SessionServer>;
  readonly connection: ClientConnection;
  readonly policy: Policy;
  readonly onCall: OnCall | undefined;
  readonly clientRequests: ClientRequests;
  readonly tasks = new Tasks();
  readonly calls: Calls;
  readonly #options: SessionOptions;
  /** Undefined until the first message that says it. */
  #kind: 'legacy' | 'modern' | undefined;
  #client: ClientFacts = { info: { name: '', version: '' }, capabilities: {} };
  #logLevel: string | undefined;
  #ready: Promise<unknown> = Promise.resolve();
  /** What every server offers is known, or can't be had. */
  #isReady = true;
  readonly #held = new HeldRequests();
  /** Lists that the client waits for. */
  readonly #listing = new Pending();
  #view: View | undefined;
  #closing: Promise<void> | undefined;

  constructor(connection: ClientConnection, options: SessionOptions) {
    this.connection = connection;
    this.#options = options;
    this.policy = options.policy;
    this.onCall = options.onCall;
    this.clientRequests = new ClientRequests(connection);
    const side = this.#side();
    this.servers = new Map(
      options.servers.map((served) => [
        served.name,
        new SessionServer(served, { ...side, idleMs: options.policy.idleMs(served.name) }),
      ]),
    );
    this.calls = new Calls(this);
  }

  get id(): string {
    return this.#id();
  }

  get kind(): 'legacy' | 'modern' {
    return this.#kind ?? 'legacy';
  }

  get client(): ClientFacts {
    return this.#client;
  }

  get clientName(): string {
    const { name } = this.#client.info;
    return typeof name === 'string' && name !== '' ? name : this.connection.name;
  }

  get logLevel(): string | undefined {
    return this.#logLevel;
  }

  get view(): View {
    this.#view ??= this.#options.views.of(
      [...this.servers.values()].flatMap(({ name, shown }) =>
        shown === undefined ? [] : [{ server: name, surface: shown }],
      ),
    );
    return this.#view;
  }

  deliver(message: Message): void {
    if (this.#closing !== undefined) return;
    switch (message.kind) {
      case 'request':
        return this.#request(message);
      case 'notification':
        return this.#notification(message);
      case 'result':
      case 'failure':
        this.clientRequests.take(message);
    }
  }

  async settled(): Promise<void> {
    await this.#ready;
    await Promise.all([this.#listing.settled(), this.calls.settled()]);
  }

  async close(urgency: StopUrgency = 'input-ended'): Promise<void> {
    this.#closing ??= this.#close(urgency);
    return this.#closing;
  }

  /** Puts one of its servers to sleep, whatever is open; resolves when its container is gone. */
  async sleep(server: string): Promise<void> {
    await this.servers.get(server)?.runner.sleep();
  }

  status(): ServerStatus[] {
    return [...this.servers.values()].map(({ name, runner }) => ({
      server: name,
      session: this.id,
      state: runner.state === 'pausing' ? 'starting' : runner.state,
      sinceMs: runner.sinceMs,
      calls: runner.calls,
    }));
  }

  /** An answer to a request of the client. */
  answer(message: Message, id: Id): void | Promise<void> {
    return this.connection.send(message, { about: id });
  }

  async #close(urgency: StopUrgency): Promise<void> {
    this.calls.close();
    await Promise.all([...this.servers.values()].map(async (server) => server.close(urgency)));
    this.#options.onClosed();
  }

  #side(): Omit<SessionSide, 'idleMs'> {
    return {
      kind: () => this.kind,
      client: () => this.#client,
      startedFor: () => ({ session: this.id, client: this.clientName }),
      logLevel: () => this.#logLevel,
      startTimeoutMs: this.#options.startTimeoutMs,
      recordings: this.#options.recordings,
      changed: (kind) => this.changed(kind),
      ...fromServer(this),
      ended: (server) => {
        this.clientRequests.cancel(server.name, undefined, `${server.name} has ended`);
        this.tasks.forget(server);
      },
      say: (text) => this.#options.say(text),
    };
  }

  /** A list is another than the client was told. */
  changed(kind: keyof Lists): void {
    this.#view = undefined;
    const name = kind === 'resourceTemplates' ? 'resources' : kind;
    this.calls.listChanged(name, notification(`notifications/${name}/list_changed`));
  }

  #request(request: Request): void {
    const refusal = this.calls.duplicate(request, this.#held) ?? this.#said(request);
    if (refusal !== undefined) return void this.answer(refusal, request.id);
    const { id, method, params } = request;
    const list = listOf[method];
    if (list !== undefined) return this.#listing.add(this.#list(request, list));
    switch (method) {
      case 'ping':
        return this.#give(request, {});
      case 'initialize':
        return this.#initialize(request);
      case 'server/discover':
        return void this.#discover(request);
      case 'logging/setLevel':
        return this.#setLevel(id, memberOf(params, 'level'));
      default:
        if (this.#isReady) this.calls.take(request);
        else this.#held.hold(request);
    }
  }

  /** The first request says of which revision the session is; an answer if it may not be the first. */
  #said(request: Request): Failure | undefined {
    const said = saidBy(request, this.#kind);
    if (said.kind === 'refused') return said.answer;
    if (said.kind === 'modern') this.#begin('modern', said.client);
    return undefined;
  }

  #begin(kind: 'legacy' | 'modern', client: ClientFacts): void {
    this.#client = client;
    if (this.#kind === kind) return;
    this.#kind = kind;
    for (const server of this.servers.values()) server.choose();
    this.#view = undefined;
    const unknown = [...this.servers.values()].filter(({ shown }) => shown === undefined);
    if (unknown.length === 0) return;
    this.#isReady = false;
    const learned = Promise.all([this.#ready, ...unknown.map(async (server) => server.learn())]);
    this.#ready = learned.then(() => this.#nowReady());
  }

  #nowReady(): void {
    this.#view = undefined;
    this.#isReady = true;
    for (const request of this.#held.release()) this.calls.take(request);
  }

  #initialize(request: Request): void {
    this.#begin('legacy', {
      info: objectOf(memberOf(request.params, 'clientInfo')),
      capabilities: objectOf(memberOf(request.params, 'capabilities')),
    });
    void this.answer(result(request.id, initializeResult(request, this.#greeting())), request.id);
  }

  async #discover(request: Request): Promise<void> {
    // What is asked once and kept should not be half of it.
    await this.#ready;
    this.#give(request, discoverResult(this.#greeting()));
  }

  #greeting(): Greeting {
    const isKnown = [...this.servers.values()].every(({ shown }) => shown !== undefined);
    return { view: this.view, isKnown, version: this.#options.version };
  }

  async #list(request: Request, kind: keyof Lists): Promise<void> {
    await this.#ready;
    if (kind !== 'tools') await this.#refresh();
    const part = this.view.lists[kind];
    const shown = this.kind === 'modern' ? modernResult(request.method, part) : part;
    await this.answer({ kind: 'result', id: request.id, result: shown }, request.id);
  }

  /** Servers that run are asked what they have now. */
  async #refresh(): Promise<void> {
    const awake = [...this.servers.values()].filter(({ runner }) => runner.peer !== undefined);
    if (awake.length === 0) return;
    await Promise.all(awake.map(async (server) => server.refresh()));
    this.#view = undefined;
  }

  #give({ id, method }: Request, value: JsonObject): void {
    const part = Part.ofValue(value);
    const shown = this.kind === 'modern' ? modernResult(method, part) : part;
    void this.answer({ kind: 'result', id, result: shown }, id);
  }

  #setLevel(id: Id, level: JsonValue | undefined): void {
    if (typeof level !== 'string')
      return void this.answer(failure(id, errorCode.invalidParams, 'logging/setLevel: expected a level'), id);
    this.#logLevel = level;
    for (const server of this.servers.values()) server.setLevel(level);
    void this.answer(result(id, {}), id);
  }

  #notification(message: Notification): void {
    switch (message.method) {
      case 'notifications/initialized':
        return;
      case 'notifications/cancelled':
        if (!this.#held.cancel(message.params)) this.calls.cancelled(message);
        return;
      default:
        // Of roots, and whatever else a client says to all: those that sleep see it when they start.
        for (const server of this.servers.values()) server.tell(message);
    }
  }
}

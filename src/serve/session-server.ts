import type { JsonObject, JsonValue } from '../lib/json-value.ts';
import { within } from '../lib/within.ts';
import { forClient } from '../surface/for-client.ts';
import type { Lists, RevisionSurface } from '../surface/surface.ts';
import { listOthers, listTools, type Speaker } from './list-all.ts';
import { Part, type Id, type Notification, type Request, type Response } from './message.ts';
import type { Peer } from './peer.ts';
import { isModern, modernMeta, type ClientFacts, type Opened } from './protocol.ts';
import type { Recordings } from './recordings.ts';
import type { ServedServer } from './served-server.ts';
import { ServerListening } from './server-listening.ts';
import { ServerRunner } from './server-runner.ts';
import type { StartedFor, StopUrgency } from './upstream.ts';
import { surfaceFor } from './view.ts';

/** What a server of a session needs from it. */
export interface SessionSide {
  readonly kind: () => 'legacy' | 'modern';
  readonly client: () => ClientFacts;
  readonly startedFor: () => StartedFor;
  readonly logLevel: () => string | undefined;
  readonly idleMs: number;
  readonly startTimeoutMs: number;
  readonly recordings: Recordings;
  /** What it offers is another than the client was shown. */
  changed(kind: keyof Lists): void;
  request(server: SessionServer, request: Request): void;
  notification(server: SessionServer, notification: Notification): void | Promise<void>;
  /** It has ended: whatever it had asked of the client is void. */
  ended(server: SessionServer): void;
  /** One line for people. */
  say(text: string): void;
}

/** A request of the client that this server is at. */
export interface OpenCall {
  readonly id: Id;
  readonly progressToken: Id | undefined;
}

/** Milliseconds after which one server that says nothing no longer keeps the others' lists from the client. */
const listingMs = 5000;

/** One server for one session: what is shown of it, and its runner. */
export class SessionServer {
  readonly served: ServedServer;
  readonly runner: ServerRunner;
  /** By the ids under which the server knows them. */
  readonly calls = new Map<number, OpenCall>();
  readonly #side: SessionSide;
  readonly #subscribed = new Map<string, () => void>();
  readonly #listening = new ServerListening();
  readonly #said = new Set<string>();
  readonly #closing = new AbortController();
  #learning: Promise<void> = Promise.resolve();
  #recorded: RevisionSurface | undefined;
  #shown: RevisionSurface | undefined;
  #speaker: Speaker | undefined;

  constructor(served: ServedServer, side: SessionSide) {
    this.served = served;
    this.#side = side;
    this.runner = new ServerRunner({
      server: served.name,
      open: served.open,
      revision: () => this.revision,
      client: side.client,
      startedFor: side.startedFor,
      idleMs: side.idleMs,
      startTimeoutMs: side.startTimeoutMs,
      events: {
        request: (request) => side.request(this, request),
        notification: (notification) => side.notification(this, notification),
        started: async (peer, opened) => this.#started(peer, opened),
        trouble: (text) => side.say(text),
        over: () => {
          this.calls.clear();
          side.ended(this);
        },
      },
    });
  }

  get name(): string {
    return this.served.name;
  }

  /** The one that it was shown in, and is opened in. */
  get revision(): string {
    return this.#recorded?.protocolVersion ?? '2025-11-25';
  }

  get isModern(): boolean {
    return isModern(this.revision);
  }

  /** Undefined until it is known what the server offers. */
  get shown(): RevisionSurface | undefined {
    return this.#shown;
  }

  /** Of a tool that is shown, by the server's own name. */
  inputSchema(tool: string): JsonValue | undefined {
    return this.#shown?.tools.find(({ name }) => name === tool)?.['inputSchema'];
  }

  /** What it says it can, while it runs; else what was recorded. */
  get capabilities(): JsonObject {
    return this.#speaker?.opened.capabilities ?? this.#recorded?.capabilities ?? {};
  }

  /** The client has said what it is: what it is shown is decided. */
  choose(): void {
    const surface = this.served.surface();
    const revision = surface === undefined ? undefined : surfaceFor(surface.revisions, this.#side.kind());
    this.#recorded = revision && forClient(revision, this.#side.client().capabilities);
    this.#shown = this.#recorded;
  }

  /** Of a server that nobody has recorded: started once, for nothing else. Never rejects. */
  async learn(): Promise<void> {
    this.#learning = this.#learn();
    return this.#learning;
  }

  /** For good; resolves when nothing of it is left. */
  async close(urgency: StopUrgency): Promise<void> {
    this.#closing.abort();
    await Promise.all([this.runner.close(urgency), this.#learning]);
  }

  async #learn(): Promise<void> {
    const { served } = this;
    this.#side.say(`${served.name}: nobody has recorded what it offers; it is started once to see that`);
    try {
      this.#recorded = await this.#side.recordings.of(served, {
        startedFor: this.#side.startedFor(),
        signal: this.#closing.signal,
      });
      this.#shown = this.#recorded;
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      this.#side.say(`${served.name} can't be listed: ${text}`);
    }
  }

  /** Prompts, resources and templates as the running server has them now; nothing is asked of one that sleeps. */
  async refresh(): Promise<void> {
    const speaker = this.#speaker;
    if (this.runner.peer === undefined || speaker === undefined) return;
    const others = await within(listOthers(speaker), listingMs);
    // Only now: which of its tools are shown may have changed meanwhile.
    if (this.#shown !== undefined && others !== undefined) this.#shown = { ...this.#shown, ...others };
  }

  /** Its list of tools may have changed while it runs. */
  async relistTools(): Promise<void> {
    const speaker = this.#speaker;
    if (speaker === undefined) return;
    this.#pin(await listTools(speaker));
  }

  /** Kept over a restart; the server is awake for as long as anything is subscribed to. */
  subscribed(uri: string): void {
    if (!this.#subscribed.has(uri)) this.#subscribed.set(uri, this.runner.hold());
  }

  unsubscribed(uri: string): void {
    this.#subscribed.get(uri)?.();
    this.#subscribed.delete(uri);
  }

  /** For a client that listens, or whose revision is another; a server that sleeps is started for it. */
  subscribe(uri: string): void {
    this.subscribed(uri);
    if (!this.isModern) this.#ask('resources/subscribe', { uri });
    else if (this.runner.peer !== undefined) this.#listen();
    else this.#ask('server/discover', { _meta: modernMeta(this.revision, this.#side.client()) });
  }

  unsubscribe(uri: string): void {
    this.unsubscribed(uri);
    if (this.isModern) this.#listen();
    else this.runner.peer?.ask('resources/unsubscribe', Part.ofValue({ uri }), () => undefined);
  }

  #ask(method: string, params: JsonObject): void {
    this.runner.ask({ method, params: () => Part.ofValue(params), onAnswer: () => undefined });
  }

  /** To a server of the stateless revision, while it runs. */
  #listen(): void {
    const speaker = this.#speaker;
    if (speaker !== undefined && this.runner.peer === speaker.peer)
      this.#listening.listen(speaker, [...this.#subscribed.keys()]);
  }

  /** Sent at once where it runs; else with its next start. */
  setLevel(level: string): void {
    const { peer } = this.runner;
    if (peer !== undefined && 'logging' in this.capabilities && !this.isModern)
      peer.ask('logging/setLevel', Part.ofValue({ level }), () => undefined);
  }

  tell(message: Notification | Response): void {
    this.runner.peer?.send(message);
  }

  async #started(peer: Peer, opened: Opened): Promise<void> {
    const speaker = { peer, opened, client: this.#side.client() };
    this.#speaker = speaker;
    this.#pin(await listTools(speaker));
    const level = this.#side.logLevel();
    if (level !== undefined && 'logging' in opened.capabilities && !this.isModern)
      peer.ask('logging/setLevel', Part.ofValue({ level }), () => undefined);
    if (this.isModern) return this.#listening.listen(speaker, [...this.#subscribed.keys()]);
    for (const uri of this.#subscribed.keys())
      peer.ask('resources/subscribe', Part.ofValue({ uri }), () => undefined);
  }

  #pin(live: Lists['tools']): void {
    const recorded = this.#recorded;
    const shown = this.#shown;
    if (recorded === undefined || shown === undefined) return;
    const { tools, findings } = this.served.pin(recorded, { tools: live });
    // At each start and each change of its list the same is found again.
    for (const finding of findings) {
      if (!this.#said.has(finding)) this.#side.say(finding);
      this.#said.add(finding);
    }
    if (sameTools(tools, shown.tools)) return;
    this.#shown = { ...shown, tools };
    this.#side.changed('tools');
  }
}

function sameTools(one: Lists['tools'], other: Lists['tools']): boolean {
  return one.length === other.length && JSON.stringify(one) === JSON.stringify(other);
}

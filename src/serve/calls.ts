import type { JsonObject } from '../lib/json-value.ts';
import {
  errorCode,
  failure,
  idOf,
  Part,
  type Failure,
  type Id,
  type Notification,
  type Request,
  type Response,
} from './message.ts';
import type { HeldRequests } from './held-requests.ts';
import { InputRounds } from './input-rounds.ts';
import { Listeners } from './listeners.ts';
import type { OpenRequest } from './open-request.ts';
import { memberOf, withMembers } from './part-members.ts';
import type { CallFacts, CallOutcome } from './policy.ts';
import { routeOf, type Route } from './route.ts';
import type { AskOutcome } from './server-runner.ts';
import type { SessionContext } from './session-context.ts';
import { resultFor } from './shown-result.ts';
import { startingTold } from './starting-told.ts';
import { subscribes } from './subscribes.ts';
import { modernResult, progressTokenOf, requestParams } from './translate.ts';

type ToServer = Extract<Route, { readonly kind: 'server' }>;

/** What the client of one session has asked of servers and has no answer to yet. */
export class Calls {
  readonly #session: SessionContext;
  readonly #open = new Map<Id, OpenRequest>();
  readonly #rounds: InputRounds;
  readonly listeners: Listeners;
  #settled = Promise.withResolvers<void>();

  constructor(session: SessionContext) {
    this.#session = session;
    this.#rounds = new InputRounds(session);
    this.listeners = new Listeners(session);
  }

  /** Two open requests of one id could not be told apart. */
  duplicate({ id }: Request, held: Pick<HeldRequests, 'has'>): Failure | undefined {
    if (!this.#open.has(id) && !this.listeners.has(id) && !held.has(id)) return undefined;
    return failure(
      id,
      errorCode.invalidRequest,
      `a request with the id ${JSON.stringify(id)} is open already`,
    );
  }

  take(request: Request): void {
    const { id, method, params } = request;
    if (method === 'subscriptions/listen') return this.listeners.open(request);
    const resumed = this.#rounds.resume(request);
    if (resumed !== undefined) return void this.#open.set(id, resumed);
    const aside = method === 'resources/read' ? this.#putAside(params) : undefined;
    if (aside !== undefined) return this.#give(request, aside);
    const route = routeOf(request, this.#routing());
    if (route.kind === 'nowhere')
      return void this.#session.answer(failure(id, route.code, route.message), id);
    this.#toServer(request, route);
  }

  cancelled({ params }: Notification): void {
    const requestId = idOf(memberOf(params, 'requestId'));
    if (requestId === undefined) return;
    if (this.listeners.close(requestId)) return;
    const open = this.#open.get(requestId);
    if (open === undefined) return;
    this.#drop(open, withMembers(params, {}));
    this.#log(open, 'cancelled', undefined);
  }

  /** The request that this server is at for the client, if there is exactly one: what it asks was caused by that. */
  onlyOpen(server: string): OpenRequest | undefined {
    const found = this.openOf(server);
    return found.length === 1 ? found[0] : undefined;
  }

  openOf(server: string): readonly OpenRequest[] {
    return [...this.#open.values()].filter((open) => open.server.name === server);
  }

  /**
   * A server's question to a client of the stateless revision: the answer to what the client has asked. False where it
   * is not decidable which of its calls caused it.
   */
  askBack(server: string, request: Request): boolean {
    const open = this.onlyOpen(server);
    if (open === undefined) return this.#rounds.add(server, request);
    this.#open.delete(open.id);
    this.#rounds.park(open, [request]);
    this.#look();
    return true;
  }

  listChanged(kind: string, message: Notification): void {
    if (this.#session.kind === 'modern') this.listeners.listChanged(kind, message);
    else void this.#session.connection.send(message, { about: undefined });
  }

  async settled(): Promise<void> {
    if (this.#open.size === 0) return;
    await this.#settled.promise;
  }

  close(): void {
    this.listeners.closeAll();
    this.#rounds.close();
    for (const open of this.#open.values()) this.#drop(open, Part.ofValue({ reason: 'the client is gone' }));
  }

  #routing(): Parameters<typeof routeOf>[1] {
    const { servers, view, tasks } = this.#session;
    const [only] = servers.keys();
    return {
      view,
      only: servers.size === 1 ? only : undefined,
      serverOfTask: (taskId) => tasks.serverOf(taskId)?.name,
    };
  }

  /** A result of our own, in the form of the client's revision. */
  #give({ id, method }: Request, own: Part): void {
    const shown = this.#session.kind === 'modern' ? modernResult(method, own) : own;
    void this.#session.answer({ kind: 'result', id, result: shown }, id);
  }

  #putAside(params: Part | undefined): Part | undefined {
    const uri = memberOf(params, 'uri');
    return typeof uri === 'string' ? this.#session.policy.read(uri) : undefined;
  }

  #toServer(request: Request, route: ToServer): void {
    const server = this.#session.servers.get(route.server);
    if (server === undefined) throw new Error(`a name led to ${route.server}, which is not served`);
    if (subscribes(request, { server, route, client: this.#session.kind }))
      return this.#give(request, Part.ofValue({}));
    const open: OpenRequest = {
      id: request.id,
      request,
      server,
      progressToken: progressTokenOf(request.params),
      call: this.#callOf(request, route),
      atMs: Date.now(),
      since: performance.now(),
      told: 0,
    };
    const mismatch = open.call && request.mismatch?.(server.inputSchema(open.call.tool));
    if (mismatch !== undefined)
      return void this.#session.answer(failure(open.id, errorCode.headerMismatch, mismatch), open.id);
    const refusal = open.call === undefined ? undefined : this.#session.policy.refusal(open.call);
    if (refusal !== undefined) {
      this.#give(request, refused(refusal));
      return this.#log(open, 'refused', undefined);
    }
    this.#open.set(open.id, open);
    this.ask(open, route.replaced);
    this.#limitTime(open);
  }

  /** Asks the server, for the first time or again with what it wanted to know. */
  ask(open: OpenRequest, replaced: JsonObject): void {
    const { server, request, progressToken } = open;
    const session = this.#session;
    open.asked = server.runner.ask({
      method: request.method,
      params: (id) => {
        server.calls.set(id, open);
        return requestParams(request.params, {
          sides: { client: session.kind, server: server.isModern ? 'modern' : 'legacy' },
          facts: session.client,
          serverRevision: server.revision,
          progressToken: progressToken === undefined ? undefined : id,
          logLevel: session.logLevel,
          replaced,
        });
      },
      refusal: () => this.#gone(open),
      onWaiting: () => startingTold(open, session.connection),
      onAnswer: (response, outcome) => this.#answered(open, response, { outcome, replaced }),
    });
  }

  /** What it was started for may not be there any more, or be another than the client was shown. */
  #gone({ call, server }: OpenRequest): Failure | undefined {
    if (call === undefined || server.shown?.tools.some(({ name }) => name === call.tool)) return undefined;
    const message = `${server.name} does not have the tool ${call.tool} as it was approved`;
    return failure(null, errorCode.invalidParams, message);
  }

  #answered(
    open: OpenRequest,
    response: Response,
    { outcome, replaced }: { readonly outcome: AskOutcome; readonly replaced: JsonObject },
  ): void | Promise<void> {
    const { server, asked } = open;
    clearTimeout(open.starting);
    if (asked?.sentAs !== undefined) server.calls.delete(asked.sentAs);
    if (response.kind === 'result' && this.#rounds.wanted(open, response.result))
      return this.#askClient(open, response.result, replaced);
    const over = (): void | Promise<void> => this.#finish(open, response, outcome);
    // The client has had an answer: a question. How it ended is said when it asks again.
    return this.#rounds.keepFor(open, () => void over()) ? undefined : over();
  }

  async #askClient(open: OpenRequest, result: Part, replaced: JsonObject): Promise<void> {
    const more = await this.#rounds.askClient(open, result);
    if (!this.#open.has(open.id)) return undefined;
    if (isFailure(more)) return this.#finish(open, more, 'answered');
    return this.ask(open, { ...replaced, ...more });
  }

  #finish(open: OpenRequest, response: Response, outcome: AskOutcome): void | Promise<void> {
    this.#close(open);
    if (response.kind === 'failure') {
      this.#log(open, outcome === 'answered' || outcome === 'refused' ? 'error' : outcome, undefined);
      return this.#session.answer({ ...response, id: open.id }, open.id);
    }
    const tooLarge =
      open.call === undefined ? this.#session.policy.tooLarge(open.server.name, response.result) : undefined;
    if (tooLarge !== undefined)
      return this.#session.answer(
        failure(open.id, errorCode.internal, `${open.server.name}: ${tooLarge}`),
        open.id,
      );
    const shown = resultFor(open, response.result, this.#session);
    this.#log(open, memberOf(response.result, 'isError') === true ? 'error' : 'ok', shown);
    return this.#session.answer({ kind: 'result', id: open.id, result: shown }, open.id);
  }

  #callOf({ method, params }: Request, { tool, server }: ToServer): CallFacts | undefined {
    if (method !== 'tools/call' || tool === undefined) return undefined;
    const { id: session, clientName: client } = this.#session;
    return { session, client, server, tool, params: params ?? Part.ofValue({}) };
  }

  #limitTime(open: OpenRequest): void {
    const ms = open.call === undefined ? undefined : this.#session.policy.callTimeoutMs(open.server.name);
    if (ms === undefined) return;
    open.timer = setTimeout(() => {
      const reason = `no answer within ${String(ms / 1000)} s`;
      const { id } = open;
      this.#drop(open, Part.ofValue({ reason }));
      this.#log(open, 'timeout', undefined);
      void this.#session.answer(failure(id, errorCode.internal, `${open.server.name}: ${reason}`), id);
    }, ms);
  }

  /** Nobody waits for it any more; the server is told. */
  #drop(open: OpenRequest, params: Part): void {
    open.asked?.cancel((id) => withMembers(params, { requestId: id }));
    if (open.asked?.sentAs !== undefined) open.server.calls.delete(open.asked.sentAs);
    this.#close(open);
  }

  #close(open: OpenRequest): void {
    clearTimeout(open.timer);
    clearTimeout(open.starting);
    this.#open.delete(open.id);
    this.#look();
  }

  #look(): void {
    if (this.#open.size > 0) return;
    this.#settled.resolve();
    this.#settled = Promise.withResolvers();
  }

  #log(open: OpenRequest, outcome: CallOutcome, answer: Part | undefined): void {
    const { onCall } = this.#session;
    if (onCall === undefined || open.call === undefined) return;
    onCall({
      ...open.call,
      atMs: open.atMs,
      tookMs: performance.now() - open.since,
      bytesIn: open.call.params.bytes.length,
      bytesOut: answer?.bytes.length ?? 0,
      outcome,
      result: answer,
    });
  }
}

/** As a result, so that the model reads why. */
function refused(text: string): Part {
  return Part.ofValue({ content: [{ type: 'text', text }], isError: true });
}

function isFailure(more: JsonObject | Failure): more is Failure {
  return more['kind'] === 'failure' && more['error'] instanceof Part;
}

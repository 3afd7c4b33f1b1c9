/** Questions of servers across the revisions: requests in the older ones, results that want input in the stateless one. */
import { randomBytes } from 'node:crypto';
import { objectOf, type JsonObject, type JsonValue } from '../lib/json-value.ts';
import { errorCode, failure, Part, type Failure, type Id, type Request, type Response } from './message.ts';
import type { OpenRequest } from './open-request.ts';
import { memberOf } from './part-members.ts';
import type { SessionContext } from './session-context.ts';

/** A call of a client of the stateless revision whose server waits for an answer to its own request. */
interface Parked {
  readonly open: OpenRequest;
  /** By the names under which the client was told them. */
  readonly questions: ReadonlyMap<string, Request>;
  /** Those that came since. */
  readonly later: Request[];
  readonly timer: NodeJS.Timeout;
  /** The call is over although nobody has answered; said when the client asks again. */
  over?: () => void;
}

/** Milliseconds a client has to come back with the answers. */
const parkedMs = 10 * 60_000;

export class InputRounds {
  readonly #session: SessionContext;
  /** By the state that the client sends back. */
  readonly #parked = new Map<string, Parked>();

  constructor(session: SessionContext) {
    this.#session = session;
  }

  /** Answers the client's request with questions of the server; the call goes on when the client asks again. */
  park(open: OpenRequest, requests: readonly Request[]): void {
    const state = randomBytes(16).toString('hex');
    const questions = new Map(requests.map((request, index) => [`input-${String(index + 1)}`, request]));
    const timer = setTimeout(
      () => this.#giveUp(state, 'the client did not come back with an answer'),
      parkedMs,
    );
    this.#parked.set(state, { open, questions, later: [], timer: timer.unref() });
    const inputRequests = Object.fromEntries(
      [...questions].map(([name, { method, params }]) => [name, { method, params: params?.value ?? {} }]),
    );
    const result = Part.ofValue({ resultType: 'input_required', inputRequests, requestState: state });
    void this.#session.answer({ kind: 'result', id: open.id, result }, open.id);
  }

  /** Another question of a server whose one call waits for the client already; false if there is none such. */
  add(server: string, request: Request): boolean {
    const found = [...this.#parked.values()].filter(({ open }) => open.server.name === server);
    if (found.length !== 1) return false;
    found[0]?.later.push(request);
    return true;
  }

  /** A request that brings answers: the open request that it goes on with, under its new id. */
  resume({ id, params }: Request): OpenRequest | undefined {
    const state = memberOf(params, 'requestState');
    const parked = typeof state === 'string' ? this.#parked.get(state) : undefined;
    if (typeof state !== 'string' || parked === undefined) return undefined;
    this.#parked.delete(state);
    clearTimeout(parked.timer);
    const { open, questions, later, over } = parked;
    open.id = id;
    const given = objectOf(memberOf(params, 'inputResponses'));
    for (const [name, question] of questions) open.server.tell(answerOf(question.id, given[name]));
    if (over !== undefined) queueMicrotask(over);
    else if (later.length > 0) queueMicrotask(() => this.park(open, later));
    return open;
  }

  /** Whether the client has to ask again before it can be told how the call ended. */
  keepFor(open: OpenRequest, over: () => void): boolean {
    const parked = [...this.#parked.values()].find((one) => one.open === open);
    if (parked !== undefined) parked.over = over;
    return parked !== undefined;
  }

  /** A server of the stateless revision wants to know something from a client of an older one. */
  wanted(open: OpenRequest, result: Part): boolean {
    if (this.#session.kind !== 'legacy' || !open.server.isModern) return false;
    return memberOf(result, 'resultType') === 'input_required';
  }

  /** Asks the client everything at once. Resolves to what the server is to be asked again with. */
  async askClient(open: OpenRequest, result: Part): Promise<JsonObject | Failure> {
    const wanted = memberOf(result, 'inputRequests');
    const state = memberOf(result, 'requestState');
    const answers: Record<string, JsonValue> = {};
    const asked = Object.entries(objectOf(wanted)).map(async ([name, question]) => {
      const answer = await this.#ask(open, name, question);
      if (answer.kind === 'failure') return answer;
      answers[name] = answer.result.value;
      return undefined;
    });
    const failed = (await Promise.all(asked)).find((one) => one !== undefined);
    if (failed !== undefined) return failed;
    return { inputResponses: answers, ...(typeof state === 'string' ? { requestState: state } : {}) };
  }

  close(): void {
    for (const state of this.#parked.keys()) this.#giveUp(state, 'the client is gone');
  }

  #giveUp(state: string, reason: string): void {
    const parked = this.#parked.get(state);
    if (parked === undefined) return;
    this.#parked.delete(state);
    clearTimeout(parked.timer);
    parked.open.asked?.cancel((id) => Part.ofValue({ requestId: id, reason }));
  }

  async #ask(open: OpenRequest, name: string, question: JsonValue): Promise<Response> {
    const { method, params } = objectOf(question);
    if (typeof method !== 'string')
      return failure(open.id, errorCode.internal, `${open.server.name} asked something without a method`);
    const request: Request = { kind: 'request', id: name, method, params: Part.ofValue(params ?? {}) };
    const { clientRequests } = this.#session;
    return new Promise((resolve) => {
      clientRequests.ask({ server: open.server.name, request, about: open.id }, resolve);
    });
  }
}

function answerOf(id: Id, given: JsonValue | undefined): Response {
  if (given === undefined) return failure(id, errorCode.internal, 'the client gave no answer');
  return { kind: 'result', id, result: Part.ofValue(given) };
}

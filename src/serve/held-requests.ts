import { idOf, type Id, type Part, type Request } from './message.ts';
import { memberOf } from './part-members.ts';

/** Requests that came before it was known what every server offers. */
export class HeldRequests {
  readonly #held = new Map<Id, Request>();

  has(id: Id): boolean {
    return this.#held.has(id);
  }

  hold(request: Request): void {
    this.#held.set(request.id, request);
  }

  /** `params` are those of the cancellation; false if it is about none of these. */
  cancel(params: Part | undefined): boolean {
    const requestId = idOf(memberOf(params, 'requestId'));
    return requestId !== undefined && this.#held.delete(requestId);
  }

  /** In the order in which they came; none is held any more. */
  release(): readonly Request[] {
    const all = [...this.#held.values()];
    this.#held.clear();
    return all;
  }
}

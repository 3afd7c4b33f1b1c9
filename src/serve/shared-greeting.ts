import type { Request, Response } from './message.ts';
import { withMembers } from './part-members.ts';

type OnAnswer = (response: Response) => void | Promise<void>;

/** What a shared server is told: nobody's name, and nothing that it could ask one session for. */
const neutral = { clientInfo: { name: 'mcpcat', version: '1' }, capabilities: {} };

/** `initialize` with a server that several sessions share: it is asked once, and every session has its answer. */
export class SharedGreeting {
  #known: Response | undefined;
  #waiting: OnAnswer[] | undefined;
  #isOpened = false;

  /** False if it could not be asked. */
  ask(request: Request, answer: OnAnswer, forward: (request: Request, answer: OnAnswer) => boolean): boolean {
    const known = this.#known;
    if (known !== undefined) queueMicrotask(() => void answer(known));
    else if (this.#waiting !== undefined) this.#waiting.push(answer);
    else {
      this.#waiting = [answer];
      const first = { ...request, params: withMembers(request.params, neutral) };
      return forward(first, (response) => this.#answered(response));
    }
    return true;
  }

  /** Whether it has been told `notifications/initialized`; from now on it has. */
  opened(): boolean {
    const before = this.#isOpened;
    this.#isOpened = true;
    return before;
  }

  #answered(response: Response): void {
    this.#known = response;
    for (const answer of this.#waiting ?? []) void answer(response);
  }
}

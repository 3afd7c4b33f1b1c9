import { isGreeting, type GreetingMethod } from './kept-greeting.ts';
import type { Id, Message, Part } from './message.ts';
import { messageText } from './write-message.ts';

/** What becomes of the answer to a client's first request, where that asks what we are. */
export interface Greeted {
  /** The message that the client has had before there was a session; undefined if none. */
  readonly early: string | undefined;
  /** It was answered by its session. */
  readonly onAnswer: (method: GreetingMethod, result: Part) => void;
  /** It had been answered, and its session says something else. */
  readonly onOther: () => void;
}

/**
 * Of a client whose first line may have been answered already: its session gets the line all the same, and what it says
 * is held against what the client has.
 */
export class FirstAnswer {
  readonly #greeted: Greeted | undefined;
  /** The first request, while it is open. */
  #first: { readonly id: Id; readonly method: GreetingMethod } | undefined;
  #isFirst = true;

  constructor(greeted: Greeted | undefined) {
    this.#greeted = greeted;
  }

  asked(message: Message): void {
    if (this.#isFirst && message.kind === 'request' && isGreeting(message.method))
      this.#first = { id: message.id, method: message.method };
    this.#isFirst = false;
  }

  /** Whether the client has this message. */
  isGiven(message: Message): boolean {
    const first = this.#first;
    if (first === undefined || this.#greeted === undefined) return false;
    if ((message.kind !== 'result' && message.kind !== 'failure') || message.id !== first.id) return false;
    this.#first = undefined;
    const { early, onAnswer, onOther } = this.#greeted;
    if (early === undefined) {
      if (message.kind === 'result') onAnswer(first.method, message.result);
      return false;
    }
    if (messageText(message) !== early) onOther();
    return true;
  }
}

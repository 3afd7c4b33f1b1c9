import type { EarlyAnswer } from './early-answer.ts';
import type { Id, Message, Part } from './message.ts';
import { messageText } from './write-message.ts';

/** What becomes of the answer to a client's `initialize`. */
export interface Greeted {
  /** What the client has been answered before there was a session; undefined if nothing. */
  readonly early: EarlyAnswer | undefined;
  /** It was answered by its session. */
  readonly onAnswer: (result: Part) => void;
  /** It had been answered, and its session says something else. */
  readonly onOther: () => void;
}

/**
 * Of a client whose first line may have been answered already: its session gets the line all the same, and what it says
 * is held against what the client has.
 */
export class FirstAnswer {
  readonly #greeted: Greeted | undefined;
  /** Of the first request, while it is open. */
  #id: Id | undefined;
  #isFirst = true;

  constructor(greeted: Greeted | undefined) {
    this.#greeted = greeted;
  }

  asked(message: Message): void {
    if (this.#isFirst && message.kind === 'request' && message.method === 'initialize') this.#id = message.id;
    this.#isFirst = false;
  }

  /** Whether the client has this message. */
  isGiven(message: Message): boolean {
    if (this.#id === undefined || this.#greeted === undefined) return false;
    if ((message.kind !== 'result' && message.kind !== 'failure') || message.id !== this.#id) return false;
    this.#id = undefined;
    const { early, onAnswer, onOther } = this.#greeted;
    if (early === undefined) {
      if (message.kind === 'result') onAnswer(message.result);
      return false;
    }
    if (messageText(message) !== early.text) onOther();
    return true;
  }
}

import type { EarlyAnswer } from './early-answer.ts';
import type { GreetingPlace, KeptGreeting } from './kept-greeting.ts';

/** What a client was told before `serve` was loaded. */
export interface Early {
  readonly place: GreetingPlace;
  /** Everything that it was made of is as it was; undefined if there was none. */
  readonly kept: KeptGreeting | undefined;
  /** Undefined if the client had asked for nothing yet, or for something else. */
  readonly answer: EarlyAnswer | undefined;
}

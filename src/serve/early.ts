import type { GreetingPlace, KeptGreeting } from './kept-greeting.ts';

/** What a client was told before `serve` was loaded. */
export interface Early {
  readonly place: GreetingPlace;
  /** Everything that it was made of is as it was; undefined if there was none. */
  readonly kept: KeptGreeting | undefined;
  /** The message that it has; undefined if it had asked for nothing yet, or for something else. */
  readonly answer: string | undefined;
}

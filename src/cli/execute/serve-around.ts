import type { Greeted } from '../../serve/first-answer.ts';
import type { Hub } from '../../serve/front.ts';
import type { Invocation } from '../command.ts';

/** What a front of `serve` has around it. */
export interface Around {
  readonly invocation: Invocation;
  readonly hub: Hub;
  /** What becomes of the first answer of the one client on stdin and stdout. */
  readonly greeted?: Greeted | undefined;
  readonly say: (line: string) => void;
}

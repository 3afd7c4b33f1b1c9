import type { Hub } from '../../serve/front.ts';
import type { Invocation } from '../command.ts';

/** What a front of `serve` has around it. */
export interface Around {
  readonly invocation: Invocation;
  readonly hub: Hub;
  readonly say: (line: string) => void;
}

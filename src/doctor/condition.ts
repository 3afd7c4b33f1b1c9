import { McpcatError } from '../lib/errors.ts';
import type { Input } from '../lib/input.ts';

/** One thing that was looked at. */
export interface Condition {
  readonly kind: string;
  readonly status: 'ok' | 'warning' | 'failed';
  readonly message: string;
  readonly hint?: string;
  /** What helps besides, for a front end to name. */
  readonly inputs?: readonly Input[];
}

/** The advice that comes with an error, where it has some. */
export function hintOf(error: unknown): Pick<Condition, 'hint'> {
  return error instanceof McpcatError && error.hint !== undefined ? { hint: error.hint } : {};
}

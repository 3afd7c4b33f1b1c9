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

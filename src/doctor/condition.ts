/** One thing that was looked at. */
export interface Condition {
  readonly kind: string;
  readonly status: 'ok' | 'warning' | 'failed';
  readonly message: string;
  readonly hint?: string;
}

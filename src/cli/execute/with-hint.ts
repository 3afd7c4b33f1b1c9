import { McpcatError, messageOf } from '../../lib/errors.ts';

/** An error as one sentence, with its details and what helps. */
export function withHint(error: unknown): string {
  const { detail = [], hint } = error instanceof McpcatError ? error : {};
  return [messageOf(error), ...detail, ...(hint === undefined ? [] : [`(${hint})`])].join(' ');
}

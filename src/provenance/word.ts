import type { Lock } from '../catalog/lock.ts';
import type { Source } from '../catalog/source.ts';
import { McpcatError, messageOf } from '../lib/errors.ts';
import type { Check, CheckName, Origin } from './record.ts';

/** What upstream says of one release. */
export interface UpstreamWord {
  readonly checks: Partial<Record<CheckName, Check>>;
  readonly origin: Origin | null;
  readonly publisher: string | null;
}

export interface WordRequest {
  readonly source: Source;
  readonly lock: Lock;
  readonly env: Readonly<Record<string, string | undefined>>;
  /**
   * Gives the `trusted_root.json` of the public Sigstore, asked where there is something to verify; without it signatures
   * of Sigstore are read and not verified, and that is said.
   */
  readonly trustedRoot?: (() => Promise<string>) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export function notChecked(reason: string): Check {
  return { state: 'not-checked', reason };
}

export function refused(reason: string): Check {
  return { state: 'refused', reason };
}

/** An outage or a body that nobody understands is `not-checked` with its reason; the user's own end is thrown. */
export async function orNotChecked<T>(answer: Promise<T>): Promise<T | Check> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof McpcatError && error.code === 'cancelled') throw error;
    return notChecked(messageOf(error));
  }
}

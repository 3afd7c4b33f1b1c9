import type { OnAttempt } from './attempt.ts';
import { Decoder } from './decoder.ts';
import { ProtocolError } from './frames.ts';
import { policyOf } from './policy.ts';
import { attemptOfReport } from './reports.ts';

/**
 * Reads what the lease of a server without a tunnel passes on: ATTEMPT frames alone. Anything else, and all that follows
 * it, is left unread.
 */
export function leaseReports(onAttempt: OnAttempt): (chunk: Buffer) => void {
  const decoder = new Decoder('relay');
  const known = { policy: policyOf([]), nameOf: () => undefined, standsFor: () => undefined };
  let readable = true;
  return (chunk) => {
    if (!readable) return;
    try {
      decoder.feed(chunk, ({ type, payload }) => {
        if (type !== 'attempt') throw new ProtocolError(`${type.toUpperCase()} of a lease`);
        const attempt = attemptOfReport(payload, known);
        if (attempt !== undefined) onAttempt(attempt);
      });
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      readable = false;
    }
  };
}

import { McpcatError, type ErrorCode } from '../lib/errors.ts';
import type { Finding } from '../lib/finding.ts';
import { updateFinding, type UpdateFindingKind } from './update-findings.ts';

/** Failures that a release itself causes. All others say nothing about it. */
const kinds: Partial<Readonly<Record<ErrorCode, UpdateFindingKind>>> = {
  'package-unknown': 'lock-refused',
  'bin-unknown': 'bin-changed',
  'lock-refused': 'lock-refused',
  'system-unresolved': 'lock-refused',
  'integrity-mismatch': 'lock-refused',
  'entry-refused': 'verification-failed',
  'build-failed': 'build-failed',
};
const maxLines = 20;

/** The finding that a failed stage amounts to, with the last lines of its log; throws on what is not the release's fault. */
export function failureFinding(error: unknown): Finding {
  const kind = error instanceof McpcatError ? kinds[error.code] : undefined;
  if (kind === undefined || !(error instanceof McpcatError)) throw error;
  return updateFinding(kind, error.message, error.detail.slice(-maxLines));
}

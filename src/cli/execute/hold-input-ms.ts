import type { Entry } from '../../catalog/entry.ts';
import { initGraceMs } from '../../session/timeouts.ts';

/**
 * Milliseconds that the end of a client's input waits for answers; undefined for servers that answer all the same. Those
 * on Python's SDK answer nothing of what runs when their input ends (findings/python-answers-lost-at-eof.sh), so each from
 * PyPI is waited for, whatever its entry says.
 */
export function holdInputMs(
  { source, exceptions }: Pick<Entry, 'source' | 'exceptions'>,
  graceMs: number | undefined,
): number | undefined {
  const drops = source.startsWith('pypi:') || exceptions.some(({ finding }) => finding === 'lost-answers');
  return drops ? (graceMs ?? initGraceMs) : undefined;
}

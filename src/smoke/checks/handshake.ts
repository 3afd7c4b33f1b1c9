import { callFailure } from '../call-failure.ts';
import { finding } from '../finding-kinds.ts';
import type { Check } from '../observation.ts';

/** The server answers initialize and tools/list. */
export const handshakeSucceeds: Check = ({ handshake, stderr, outOfMemory, exitCode }) => {
  if (outOfMemory)
    return [finding('out-of-memory', 'it needed more memory than its limit and was ended', stderr)];
  if (handshake.failure === undefined) return [];
  const code = exitCode === undefined ? '' : ` (exit code ${String(exitCode)})`;
  return [finding('handshake-failed', `${handshake.failure}${code}`, stderr)];
};

/** The call of the entry's `smoke.call` is answered as it should be. */
export const callSucceeds: Check = ({ entry, handshake: { call } }) => {
  const failure = callFailure(entry, call);
  return failure === undefined ? [] : [finding('call-failed', failure, [call?.text ?? ''])];
};

import type { Entry } from '../catalog/entry.ts';
import type { HandshakeResult } from '../mcp/handshake.ts';

/** Why the answer to the entry's `smoke.call` is not the one it wants, in words; undefined: it is, or there was no call. */
export function callFailure({ smoke: { call } }: Entry, answer: HandshakeResult['call']): string | undefined {
  if (call === undefined || answer === undefined) return undefined;
  const { error } = call;
  if (error === undefined) return answer.isError ? 'the tool answered with an error' : undefined;
  if (answer.isError && answer.text.includes(error)) return undefined;
  return `the tool did not answer with an error that says "${error}"`;
}

import { messageOf } from '../lib/errors.ts';
import { call } from './endpoint.ts';
import { statusFailure } from './failure.ts';
import { isSuccess, type Link } from './link.ts';
import type { ClientMessage } from './messages.ts';

/** Milliseconds to accept a notification or an answer; what follows it has to wait so long. */
const timeoutMs = 10_000;

/** Posts what gets no answer. Resolves when the server has accepted it, or not: then with false and a note. */
export async function tell(link: Link, message: ClientMessage): Promise<boolean> {
  const { endpoint, session, signal } = link;
  try {
    const { reply } = call(endpoint, {
      method: 'POST',
      headers: session.headersOf(message),
      body: message.body,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    const answer = await reply;
    if (!isSuccess(answer)) throw await statusFailure(answer, session.id !== undefined);
    answer.destroy();
    return true;
  } catch (error) {
    if (!signal.aborted)
      link.onNote(`the server did not accept ${message.method ?? 'an answer'}: ${messageOf(error)}`);
    return false;
  }
}

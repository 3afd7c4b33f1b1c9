import { objectOf } from '../lib/json-value.ts';
import type { KeptGreeting } from './kept-greeting.ts';
import { Part, type Id } from './message.ts';
import { memberOf } from './part-members.ts';
import { answeredRevision, metaKey } from './protocol.ts';
import { readMessage } from './read-message.ts';
import { messageText } from './write-message.ts';

/** What a client was answered before there was a session. */
export interface EarlyAnswer {
  readonly id: Id;
  /** The message, without its line end. */
  readonly text: string;
}

/**
 * The answer to a client's first line, if that is an `initialize` which a session would answer so; undefined for
 * everything else, which is left to it.
 */
export function earlyAnswer(line: Buffer, { result }: Pick<KeptGreeting, 'result'>): EarlyAnswer | undefined {
  const message = readMessage(line);
  if (message.kind !== 'request' || message.method !== 'initialize') return undefined;
  const { id, params } = message;
  if (typeof objectOf(memberOf(params, '_meta'))[metaKey.version] === 'string') return undefined;
  const protocolVersion = answeredRevision(memberOf(params, 'protocolVersion'));
  return {
    id,
    text: messageText({ kind: 'result', id, result: Part.ofValue({ ...result, protocolVersion }) }),
  };
}

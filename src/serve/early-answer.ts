import type { JsonObject } from '../lib/json-value.ts';
import { ownValue } from '../lib/own-value.ts';
import { saidBy } from './greeting.ts';
import { isGreeting, type KeptGreeting } from './kept-greeting.ts';
import { Part, type Request } from './message.ts';
import { memberOf } from './part-members.ts';
import { answeredRevision } from './protocol.ts';
import { readMessage } from './read-message.ts';
import { messageText } from './write-message.ts';

/**
 * The answer to a client's first line, if that is an `initialize` or `server/discover` which a session would answer so;
 * undefined for everything else, which is left to it. The message, without its line end.
 */
export function earlyAnswer(line: Buffer, { results }: Pick<KeptGreeting, 'results'>): string | undefined {
  const message = readMessage(line);
  if (message.kind !== 'request' || !isGreeting(message.method)) return undefined;
  const { id, method } = message;
  const result = ownValue(results, method);
  const taken = method === 'initialize' ? 'nothing' : 'modern';
  if (result === undefined || saidBy(message, undefined).kind !== taken) return undefined;
  return messageText({ kind: 'result', id, result: Part.ofValue(asAsked(result, message)) });
}

/** `initialize` names the revision that the client wants. */
function asAsked(result: JsonObject, { method, params }: Request): JsonObject {
  if (method !== 'initialize') return result;
  return { ...result, protocolVersion: answeredRevision(memberOf(params, 'protocolVersion')) };
}

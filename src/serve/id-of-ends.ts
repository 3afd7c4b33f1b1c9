import { parseJson } from '../lib/json-value.ts';
import { idOf, type Id } from './message.ts';

/** SDKs write the id of an answer before its result, or behind it. */
const atStart =
  /^\s*\{\s*(?:"jsonrpc"\s*:\s*"2\.0"\s*,\s*)?"id"\s*:\s*(\d{1,15}|"[^"\\]{0,100}")\s*,\s*"(?:result|error)"/;
const atEnd =
  /[}\]"\w]\s*,\s*(?:"jsonrpc"\s*:\s*"2\.0"\s*,\s*)?"id"\s*:\s*(\d{1,15}|"[^"\\]{0,100}")\s*(?:,\s*"jsonrpc"\s*:\s*"2\.0"\s*)?\}\s*$/;

/** Of an answer that is too long to be read whole; undefined where its ends don't say it. */
export function idOfEnds({ head, tail }: { readonly head: Buffer; readonly tail: Buffer }): Id | undefined {
  const found = atStart.exec(head.toString('latin1'))?.[1] ?? atEnd.exec(tail.toString('latin1'))?.[1];
  return found === undefined ? undefined : idOf(parseJson(found));
}

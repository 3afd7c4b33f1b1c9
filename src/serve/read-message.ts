import { isJsonObject, parseJson, type JsonValue } from '../lib/json-value.ts';
import { isArray, whole, type Span } from '../lib/json-spans.ts';
import { ownValue } from '../lib/own-value.ts';
import { membersOf } from './members.ts';
import { longBytes, Part, type Id, type Message } from './message.ts';

/** What is no message of MCP. `id` is that of what could be read, so that it can be answered. */
export interface Malformed {
  readonly kind: 'malformed';
  readonly reason: 'not-json' | 'batch' | 'not-json-rpc';
  readonly id: Id | null;
}

type Members = ReadonlyMap<string, Span>;

/** One message of JSON-RPC 2.0, as its text in UTF-8; the values of a big one stay text. Never throws. */
export function readMessage(bytes: Buffer): Message | Malformed {
  if (bytes.length <= longBytes) return readSmall(bytes);
  const members = membersOf(bytes);
  if (members === undefined) return malformed(isArray(bytes, whole(bytes)) ? 'batch' : 'not-json');
  const small = (name: string): unknown => smallValue(bytes, members.get(name));
  const part = (name: string): Part | undefined => partOf(bytes, members, name);
  return shaped(
    { version: small('jsonrpc'), id: small('id'), method: small('method'), hasId: members.has('id') },
    part,
  );
}

function readSmall(bytes: Buffer): Message | Malformed {
  let value: JsonValue;
  try {
    value = parseJson(bytes.toString('utf8'));
  } catch {
    return malformed('not-json');
  }
  if (Array.isArray(value)) return malformed('batch');
  if (!isJsonObject(value)) return malformed('not-json-rpc');
  const read = (name: string): JsonValue | undefined => ownValue(value, name);
  const part = (name: string): Part | undefined => {
    const own = read(name);
    return own === undefined ? undefined : Part.ofValue(own);
  };
  return shaped(
    { version: read('jsonrpc'), id: read('id'), method: read('method'), hasId: Object.hasOwn(value, 'id') },
    part,
  );
}

interface Head {
  readonly version: unknown;
  readonly id: unknown;
  readonly method: unknown;
  readonly hasId: boolean;
}

function shaped(
  { version, id, method, hasId }: Head,
  part: (name: string) => Part | undefined,
): Message | Malformed {
  const known = isId(id) ? id : null;
  if (version !== '2.0') return malformed('not-json-rpc', known);
  if (typeof method === 'string') {
    const params = part('params');
    if (params !== undefined && !isObjectPart(params)) return malformed('not-json-rpc', known);
    if (!hasId) return { kind: 'notification', method, params };
    if (known === null) return malformed('not-json-rpc');
    return { kind: 'request', id: known, method, params };
  }
  const error = part('error');
  if (error !== undefined) return { kind: 'failure', id: known, error };
  const answer = part('result');
  if (answer === undefined || known === null) return malformed('not-json-rpc', known);
  return { kind: 'result', id: known, result: answer };
}

/** Parameters by position are JSON-RPC's, not MCP's. */
function isObjectPart(part: Part): boolean {
  return part.isLong ? membersOf(part.bytes) !== undefined : isJsonObject(part.value);
}

function malformed(reason: Malformed['reason'], id: Id | null = null): Malformed {
  return { kind: 'malformed', reason, id };
}

/** MCP wants strings and integers; JSON-RPC's fractions are refused, as the SDKs do. */
function isId(id: unknown): id is Id {
  return typeof id === 'string' || (typeof id === 'number' && Number.isSafeInteger(id));
}

function partOf(bytes: Buffer, members: Members, name: string): Part | undefined {
  const span = members.get(name);
  return span === undefined ? undefined : Part.ofBytes(bytes.subarray(span.from, span.to));
}

/** Ids and methods; whatever is longer is none. */
function smallValue(bytes: Buffer, span: Span | undefined): unknown {
  if (span === undefined || span.to - span.from > longBytes) return undefined;
  try {
    return parseJson(bytes.toString('utf8', span.from, span.to));
  } catch {
    return undefined;
  }
}

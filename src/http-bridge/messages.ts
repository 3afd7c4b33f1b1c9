import { elementsOf, isArray, whole, type Span } from '../lib/json-spans.ts';
import { membersOf } from './wanted-members.ts';

/** An id as it stands in the message: `7`, `"abc"`. */
export type RawId = string;

/** What has to be known of a line of the client's; the line itself goes on untouched. */
export interface ClientMessage {
  readonly body: Buffer;
  /** Of the requests in it: one, none for a notification or an answer, several in a batch of older revisions. */
  readonly ids: readonly RawId[];
  /** Undefined for an answer and a batch. */
  readonly method: string | undefined;
  /** The revision that a stateless request names itself (2026-07-28). */
  readonly revision: string | undefined;
  /** What the header `Mcp-Name` of such a request has to repeat. */
  readonly target: string | undefined;
  /** Where the arguments of a call stand in the body. */
  readonly given: Span | undefined;
  /** The request that this notification cancels. */
  readonly cancels: RawId | undefined;
}

/** One message of the server's. */
export interface ServerMessage {
  /** Without line breaks. */
  readonly line: Buffer;
  /** Set if it is an answer. */
  readonly answers: RawId | undefined;
  /** An answer to nobody: no client can do anything with it. */
  readonly isUnmatched: boolean;
  readonly error: Buffer | undefined;
  /** Of the answer to initialize. */
  readonly protocolVersion: string | undefined;
}

/** A batch of more is no batch. */
const maxBatchMessages = 1000;
const longestName = 4096;
const envelope = new Set(['id', 'method', 'params', 'result', 'error']);
const parameters = new Set(['_meta', 'name', 'uri', 'taskId', 'requestId', 'arguments']);
const revisionKey = 'io.modelcontextprotocol/protocolVersion';
/** MCP 2026-07-28, Streamable HTTP, "Standard request headers"; the tasks are an extension's. */
const targets: ReadonlyMap<string, string> = new Map([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
  ['tasks/get', 'taskId'],
  ['tasks/update', 'taskId'],
  ['tasks/cancel', 'taskId'],
]);

/** Undefined for what is no JSON-RPC message. */
export function clientMessage(body: Buffer): ClientMessage | undefined {
  const span = whole(body);
  if (isArray(body, span)) return batch(body, span);
  const members = membersOf(body, span, envelope);
  if (members === undefined) return undefined;
  const method = textAt(body, members.get('method'));
  const id = idAt(body, members.get('id'));
  if (method === undefined && (id === undefined || !isAnswer(members))) return undefined;
  const params = members.get('params');
  const given = params === undefined ? undefined : membersOf(body, params, parameters);
  const meta = given?.get('_meta');
  const target = targets.get(method ?? '');
  return {
    body,
    ids: method !== undefined && id !== undefined ? [id] : [],
    method,
    revision: meta && textAt(body, membersOf(body, meta, new Set([revisionKey]))?.get(revisionKey)),
    target: target === undefined ? undefined : textAt(body, given?.get(target)),
    given: given?.get('arguments'),
    cancels: method === 'notifications/cancelled' ? idAt(body, given?.get('requestId')) : undefined,
  };
}

/** The messages of one piece of JSON; undefined if there is none. */
export function serverMessages(text: Buffer): readonly ServerMessage[] | undefined {
  const line = flat(text);
  const spans = isArray(line, whole(line)) ? elementsOf(line, whole(line), maxBatchMessages) : [whole(line)];
  const found = spans?.map((span) => serverMessage(line.subarray(span.from, span.to)));
  return found?.every((message) => message !== undefined) === true ? found : undefined;
}

/** The answer that there is none: an error of JSON-RPC. */
export function errorLine(id: RawId | undefined, error: { code: number; message: string } | Buffer): Buffer {
  const body = Buffer.isBuffer(error) ? error : Buffer.from(JSON.stringify(error));
  return Buffer.concat([
    Buffer.from(`{"jsonrpc":"2.0","id":${id ?? 'null'},"error":`),
    body,
    Buffer.from('}'),
  ]);
}

function batch(body: Buffer, span: Span): ClientMessage | undefined {
  const elements = elementsOf(body, span, maxBatchMessages);
  if (elements === undefined || elements.length === 0) return undefined;
  const requests = elements.map((element) => membersOf(body, element, envelope));
  const ids = requests.flatMap((members) => {
    const id = members?.has('method') === true ? idAt(body, members.get('id')) : undefined;
    return id === undefined ? [] : [id];
  });
  const nothing = { method: undefined, revision: undefined, target: undefined, given: undefined };
  return { body, ids, ...nothing, cancels: undefined };
}

function serverMessage(line: Buffer): ServerMessage | undefined {
  const members = membersOf(line, whole(line), envelope);
  if (members === undefined || !(members.has('method') || isAnswer(members))) return undefined;
  const error = members.get('error');
  const result = members.get('result');
  const version = result && membersOf(line, result, new Set(['protocolVersion']))?.get('protocolVersion');
  const answers = members.has('method') ? undefined : idAt(line, members.get('id'));
  return {
    line,
    answers,
    isUnmatched: !members.has('method') && answers === undefined,
    error: error && line.subarray(error.from, error.to),
    protocolVersion: textAt(line, version),
  };
}

function isAnswer(members: ReadonlyMap<string, Span>): boolean {
  return members.has('result') || members.has('error');
}

/** Line breaks stand between the parts of JSON, never inside a string: blanks do as well. */
function flat(text: Buffer): Buffer {
  if (!text.includes(0x0a) && !text.includes(0x0d)) return text;
  const copy = Buffer.from(text);
  for (const [at, byte] of copy.entries()) if (byte === 0x0a || byte === 0x0d) copy[at] = 0x20;
  return copy;
}

/** In one spelling, so that `"\u0061"` and `"a"` are the same. */
function idAt(text: Buffer, span: Span | undefined): RawId | undefined {
  const value = valueAt(text, span);
  return typeof value === 'string' || typeof value === 'number' ? JSON.stringify(value) : undefined;
}

function textAt(text: Buffer, span: Span | undefined): string | undefined {
  const value = valueAt(text, span);
  return typeof value === 'string' ? value : undefined;
}

function valueAt(text: Buffer, span: Span | undefined): unknown {
  if (span === undefined || span.to - span.from > longestName) return undefined;
  try {
    return JSON.parse(text.toString('utf8', span.from, span.to));
  } catch {
    return undefined;
  }
}

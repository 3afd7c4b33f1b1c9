import { objectOf, parseJson, type JsonObject, type JsonValue } from '../lib/json-value.ts';

/** Of a request; `null` never identifies one in MCP. */
export type Id = string | number;

/** An id that a member names, such as `requestId`; undefined for what is none. */
export function idOf(value: JsonValue | undefined): Id | undefined {
  return typeof value === 'string' || typeof value === 'number' ? value : undefined;
}

/** Up to here a text is parsed as a whole, which is quicker than looking for its members. */
export const longBytes = 4096;

/**
 * A JSON value that may stay text: what only passes through is neither parsed nor written anew, however big it is. Each
 * form is made from the other when it is first asked for.
 */
export class Part {
  #bytes: Buffer | undefined;
  #parsed: { readonly value: JsonValue } | undefined;

  private constructor(bytes: Buffer | undefined, parsed: { readonly value: JsonValue } | undefined) {
    this.#bytes = bytes;
    this.#parsed = parsed;
  }

  /** `bytes` is one JSON value; whether it is one, is seen when it is parsed. */
  static ofBytes(bytes: Buffer): Part {
    return new Part(bytes, undefined);
  }

  static ofValue(value: JsonValue): Part {
    return new Part(undefined, { value });
  }

  /** It is text that has not been parsed, and is better left so. */
  get isLong(): boolean {
    return this.#parsed === undefined && this.bytes.length > longBytes;
  }

  /** UTF-8. */
  get bytes(): Buffer {
    this.#bytes ??= Buffer.from(JSON.stringify(this.#parsed?.value ?? null));
    return this.#bytes;
  }

  /** Throws `SyntaxError` if the text is no JSON after all. */
  get value(): JsonValue {
    this.#parsed ??= { value: parseJson(this.#bytes?.toString('utf8') ?? 'null') };
    return this.#parsed.value;
  }

  /** The value if it is an object, else an empty one. */
  get object(): JsonObject {
    return objectOf(this.value);
  }
}

export interface Request {
  readonly kind: 'request';
  readonly id: Id;
  readonly method: string;
  readonly params: Part | undefined;
  /**
   * Of `tools/call`, where whatever carried it repeats arguments: why that does not fit them, given the tool's input
   * schema. Asked before the server is.
   */
  readonly mismatch?: ((inputSchema: JsonValue | undefined) => string | undefined) | undefined;
}

export interface Notification {
  readonly kind: 'notification';
  readonly method: string;
  readonly params: Part | undefined;
}

export interface Result {
  readonly kind: 'result';
  readonly id: Id;
  readonly result: Part;
}

export interface Failure {
  readonly kind: 'failure';
  /** Null where the message that it answers had none that could be read. */
  readonly id: Id | null;
  /** `{code, message, data?}` */
  readonly error: Part;
}

export type Response = Result | Failure;

/** One JSON-RPC 2.0 message of MCP, in either direction. */
export type Message = Request | Notification | Response;

/** JSON-RPC's codes, and those of MCP. */
export const errorCode = {
  parse: -32_700,
  invalidRequest: -32_600,
  methodNotFound: -32_601,
  invalidParams: -32_602,
  internal: -32_603,
  resourceNotFound: -32_002,
  /** Revision 2026-07-28: headers say another thing than the body. */
  headerMismatch: -32_020,
  /** Revision 2026-07-28: the revision that a request names is not served. */
  unsupportedRevision: -32_022,
} as const;

export function failure(id: Id | null, code: number, message: string): Failure {
  return { kind: 'failure', id, error: Part.ofValue({ code, message }) };
}

export function result(id: Id, value: JsonValue): Result {
  return { kind: 'result', id, result: Part.ofValue(value) };
}

export function notification(method: string, params?: JsonObject): Notification {
  return { kind: 'notification', method, params: params === undefined ? undefined : Part.ofValue(params) };
}

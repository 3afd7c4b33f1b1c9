import type { ServerResponse } from 'node:http';
import type { JsonObject } from '../lib/json-value.ts';
import type { Id } from '../serve/message.ts';

/** Codes of JSON-RPC and MCP, and the one that the SDKs use for what HTTP itself refuses. */
export const refusalCode = {
  http: -32_000,
  sessionUnknown: -32_001,
  headerMismatch: -32_020,
  unsupportedRevision: -32_022,
  invalidRequest: -32_600,
  parse: -32_700,
} as const;

export interface HttpRefusal {
  readonly status: number;
  readonly code: number;
  readonly message: string;
  readonly id?: Id | null | undefined;
  readonly data?: JsonObject;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers with a JSON-RPC error; `close` for a body that nobody will read to its end. */
export function refuse(
  response: ServerResponse,
  { status, code, message, id = null, data, headers }: HttpRefusal,
): void {
  const error = { code, message, ...(data === undefined ? {} : { data }) };
  const body = JSON.stringify({ jsonrpc: '2.0', error, id });
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    ...headers,
  });
  response.end(body);
}

import { ErrorCode, McpError } from '@modelcontextprotocol/sdk/types.js';
import type { LineTransport } from './line-transport.ts';

const closedCode: number = ErrorCode.ConnectionClosed;
const lateCode: number = ErrorCode.RequestTimeout;

/** Why a request has no answer: it took too long, or the server closed its output. */
export type NoAnswer = 'late' | 'closed';

/** What requests were made with. */
export interface Asked {
  /** As it was given to the SDK. */
  readonly timeoutMs: number;
  readonly transport: Pick<LineTransport<object>, 'isClosed'>;
}

/**
 * Undefined if the server did answer, with an error. The codes alone do not tell: servers answer with -32000 and -32001
 * themselves. The SDK's own timeout says how long it was, and what is closed is known from the stream.
 */
export function noAnswer(error: unknown, { timeoutMs, transport }: Asked): NoAnswer | undefined {
  if (!(error instanceof McpError)) return undefined;
  const { data } = error;
  if (error.code === closedCode && transport.isClosed) return 'closed';
  const late = error.code === lateCode && Reflect.get(Object(data), 'timeout') === timeoutMs;
  return late ? 'late' : undefined;
}

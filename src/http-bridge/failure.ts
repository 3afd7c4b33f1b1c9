import type { IncomingMessage } from 'node:http';
import { messageOf } from '../lib/errors.ts';
import { serverMessages } from './messages.ts';

/** Why a message got no answer; becomes an error of JSON-RPC for each request that waits. */
export class Failure extends Error {
  /** As the client gets it: the server's own, or ours. */
  readonly error: Buffer | { readonly code: number; readonly message: string };

  constructor(error: Failure['error']) {
    super(Buffer.isBuffer(error) ? error.toString('utf8', 0, 300) : error.message);
    this.error = error;
  }
}

/** JSON-RPC 2.0 leaves -32000 to -32099 to the transport; -32001 is what the SDKs' servers say of a lost session. */
const noAnswer = -32_000;
const sessionLost = -32_001;
const maxReadBytes = 64 * 1024;

export function failure(message: string): Failure {
  return new Failure({ code: noAnswer, message: `mcpcat: ${message}` });
}

export function failureOf(error: unknown): Failure {
  return error instanceof Failure ? error : failure(`the server could not be asked: ${messageOf(error)}`);
}

/** A status that is no success. The server's own JSON-RPC error is the better one, except for a lost session. */
export async function statusFailure(reply: IncomingMessage, inSession: boolean): Promise<Failure> {
  const { statusCode = 0, statusMessage = '', headers } = reply;
  const text = await beginning(reply);
  if (statusCode === 404 && inSession)
    return new Failure({
      code: sessionLost,
      message: 'mcpcat: the server has ended the session (HTTP 404); initialize anew',
    });
  const own = serverMessages(text)?.[0]?.error;
  if (own !== undefined) return new Failure(own);
  const place = headers.location === undefined ? '' : ` to ${printable(headers.location)}`;
  const said = printable(text.toString('utf8', 0, 200)).trim();
  const words = said === '' ? '' : `: ${said}`;
  return failure(
    `the server answered HTTP ${String(statusCode)} ${printable(statusMessage)}${place}${words}`,
  );
}

async function beginning(reply: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    for await (const piece of reply as AsyncIterable<Buffer>) {
      pieces.push(piece);
      length += piece.length;
      if (length >= maxReadBytes) break;
    }
  } catch {
    // What there is has to do.
  }
  return Buffer.concat(pieces);
}

function printable(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]+/g, ' ').slice(0, 300);
}

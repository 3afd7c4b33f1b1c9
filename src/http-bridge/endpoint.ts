import { request, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import type { Duplex } from 'node:stream';

/** Where a server listens inside its container, and how one gets there. */
export interface Endpoint {
  /** On 127.0.0.1. */
  readonly port: number;
  readonly path: string;
  /** A new connection to that port; emits `connect` once it is open. */
  readonly connect: () => Duplex;
}

interface Call {
  readonly method: 'POST' | 'GET' | 'DELETE';
  readonly headers: OutgoingHttpHeaders;
  readonly body?: Buffer;
  readonly signal: AbortSignal;
}

/**
 * One HTTP request on a connection of its own: opening one is a frame over the tunnel, and a connection that is never
 * used twice can't be closed by the server at the moment of its second use, which for a POST nobody could repair.
 * `sent` resolves when the request has been handed over or can't be any more.
 */
export function call(
  { connect, port, path }: Endpoint,
  { method, headers, body, signal }: Call,
): { readonly sent: Promise<void>; readonly reply: Promise<IncomingMessage> } {
  const sent = Promise.withResolvers<void>();
  const reply = Promise.withResolvers<IncomingMessage>();
  const length = body === undefined ? {} : { 'content-length': body.length };
  const made = request({
    method,
    path,
    host: '127.0.0.1',
    port,
    headers: { ...headers, ...length, connection: 'close' },
    signal,
    createConnection: connect,
  });
  made.once('finish', () => sent.resolve());
  made.once('response', (message) => {
    message.on('error', () => undefined); // who reads it sees it too
    reply.resolve(message);
  });
  made.on('error', (error) => reply.reject(error));
  made.once('close', () => {
    sent.resolve();
    reply.reject(new Error('the connection was closed without an answer'));
  });
  reply.promise.catch(() => undefined);
  made.end(body);
  return { sent: sent.promise, reply: reply.promise };
}

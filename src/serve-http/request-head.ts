import type { IncomingMessage } from 'node:http';
import { isModern } from '../serve/protocol.ts';
import { refusalCode, type HttpRefusal } from './refuse.ts';

/** What can be said before the body is read. A page of another origin can't send this type without asking first. */
export function postProblem(request: IncomingMessage): HttpRefusal | undefined {
  const [type = ''] = (request.headers['content-type'] ?? '').split(';');
  if (type.trim().toLowerCase() !== 'application/json') {
    const message = 'Unsupported Media Type: expected Content-Type: application/json';
    return { status: 415, code: refusalCode.http, message, headers: { Connection: 'close' } };
  }
  if (accepts(request, 'application/json') && accepts(request, 'text/event-stream')) return undefined;
  return notAcceptable('Accept: application/json, text/event-stream');
}

export function accepts(request: IncomingMessage, type: string): boolean {
  const given = (request.headers.accept ?? '')
    .split(',')
    .map((one) => one.split(';')[0]?.trim().toLowerCase());
  return given.includes(type) || given.includes('*/*') || given.includes(`${type.split('/')[0] ?? ''}/*`);
}

/** Of a revision that has no sessions, GET and DELETE mean nothing. */
export function withAllow(request: IncomingMessage, refusal: HttpRefusal): HttpRefusal {
  const revision = headerText(request, 'mcp-protocol-version');
  return isStateless(revision) ? notAllowed('POST') : refusal;
}

export function notAllowed(Allow: string): HttpRefusal {
  return { status: 405, code: refusalCode.http, message: 'Method not allowed', headers: { Allow } };
}

export function notAcceptable(expected: string): HttpRefusal {
  return { status: 406, code: refusalCode.http, message: `Not Acceptable: expected ${expected}` };
}

/** Undefined if it is missing or empty. */
export function headerText(request: IncomingMessage, header: string): string | undefined {
  const value = request.headers[header.toLowerCase()];
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

/** Of the revision without sessions, or of one that comes after it. */
export function isStateless(revision: string | undefined): boolean {
  return revision !== undefined && isModern(revision);
}

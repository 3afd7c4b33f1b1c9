import type { IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Allowance } from './allowance.ts';
import { call, type Endpoint } from './endpoint.ts';
import type { Output } from './output.ts';
import type { Place, Reading } from './reply.ts';
import type { Session } from './session.ts';

/** What all exchanges of one bridge share. */
export interface Link {
  readonly endpoint: Endpoint;
  readonly session: Session;
  readonly output: Output;
  readonly allowance: Allowance;
  /** Aborted with the reason when there is nobody to talk to any more. */
  readonly signal: AbortSignal;
  /** A line for people. */
  readonly onNote: (text: string) => void;
}

/** Milliseconds before a stream is taken up again, if the server names none; its own wish is kept within bounds. */
const firstDelay = 1000;
const longestDelay = 30_000;
const shortestDelay = 50;

export function readingOf(link: Link, deliver: Reading['deliver']): Reading {
  const { allowance } = link;
  return {
    allowance,
    deliver,
    onNoise: (text) => link.onNote(`the server sent what is no message: ${text}`),
  };
}

/** Opens the server's stream of events, or takes one up after `place`. Whatever the status is, it is an answer. */
export async function openStream(link: Link, place: Place, signal: AbortSignal): Promise<IncomingMessage> {
  const headers = {
    ...link.session.headers,
    accept: 'text/event-stream',
    ...(place.lastId === undefined ? {} : { 'last-event-id': place.lastId }),
  };
  return call(link.endpoint, { method: 'GET', headers, signal }).reply;
}

/** Waits before the next try, longer each time. Rejects when aborted. */
export async function pauseBefore(attempt: number, { retry }: Place, signal: AbortSignal): Promise<void> {
  const wanted = retry ?? firstDelay * 1.5 ** attempt;
  await pause(Math.min(Math.max(wanted, shortestDelay), longestDelay), undefined, { signal });
}

export function isSuccess({ statusCode = 0 }: IncomingMessage): boolean {
  return statusCode >= 200 && statusCode < 300;
}

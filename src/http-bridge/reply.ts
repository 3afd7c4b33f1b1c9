import type { IncomingMessage } from 'node:http';
import type { Allowance } from './allowance.ts';
import { failure } from './failure.ts';
import { Gathering } from './gathering.ts';
import { serverMessages, type ServerMessage } from './messages.ts';
import { ServerSentEvents } from './server-sent-events.ts';

/** Where a stream of events can be taken up again, and when. */
export interface Place {
  lastId: string | undefined;
  /** Milliseconds, by the server's wish. */
  retry: number | undefined;
}

export interface Reading {
  readonly allowance: Allowance;
  /** Resolves when the client has taken it: so long nothing more is read of this reply. */
  readonly deliver: (message: ServerMessage) => Promise<void>;
  /** For people: something that is no message. */
  readonly onNoise: (text: string) => void;
}

/** Reads a successful reply to its end. Rejects if it breaks off or is none of the two forms that MCP knows. */
export async function readReply(reply: IncomingMessage, place: Place, reading: Reading): Promise<void> {
  const type = (reply.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  if (type === 'text/event-stream') return readEvents(reply, place, reading);
  if (type === 'application/json') return readJson(reply, reading);
  reply.destroy();
  throw failure(
    `the server answered HTTP ${String(reply.statusCode)} with ${type === undefined || type === '' ? 'nothing' : type}; expected application/json or text/event-stream`,
  );
}

async function readEvents(reply: IncomingMessage, place: Place, reading: Reading): Promise<void> {
  const events = new ServerSentEvents(reading.allowance);
  try {
    for await (const chunk of reply as AsyncIterable<Buffer>) {
      for (const event of events.take(chunk)) {
        place.lastId = events.lastId ?? place.lastId;
        if (event.type === 'message' && event.data.length > 0) await deliverAll(event.data, reading);
      }
      place.retry = events.retry ?? place.retry;
    }
  } finally {
    place.lastId = events.lastId ?? place.lastId;
    events.drop();
  }
}

async function readJson(reply: IncomingMessage, reading: Reading): Promise<void> {
  const gathering = new Gathering(reading.allowance);
  try {
    for await (const chunk of reply as AsyncIterable<Buffer>) gathering.add(chunk);
    await deliverAll(gathering.take(), reading);
  } finally {
    gathering.drop();
  }
}

async function deliverAll(text: Buffer, { deliver, onNoise }: Reading): Promise<void> {
  const messages = serverMessages(text);
  if (messages === undefined) return onNoise(text.toString('utf8', 0, 200));
  for (const message of messages) await deliver(message);
}

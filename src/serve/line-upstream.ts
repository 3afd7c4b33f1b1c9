import type { Readable, Writable } from 'node:stream';
import { idOfEnds } from './id-of-ends.ts';
import type { Message } from './message.ts';
import { readLines } from './read-lines.ts';
import { readMessage } from './read-message.ts';
import type { UpstreamEvents } from './upstream.ts';
import { writeLine } from './write-line.ts';

/** Bytes that may wait for a server that does not read. */
const maxWaitingBytes = 32 * 1024 ** 2;

export interface Lines {
  /** As `Upstream.send`. */
  readonly send: (message: Message) => boolean;
  /** Everything that it has said is read. */
  readonly drained: Promise<void>;
}

/** Messages on the lines of a server's stdin and stdout. */
export function lineUpstream(
  { send, received }: { readonly send: Writable; readonly received: Readable },
  { events, onNoise }: { readonly events: UpstreamEvents; readonly onNoise: (line: Buffer) => void },
): Lines {
  const drained = Promise.withResolvers<void>();
  send.on('error', () => undefined);
  readLines(received, {
    line: (bytes) => {
      const message = readMessage(bytes);
      return message.kind === 'malformed' ? onNoise(bytes) : events.message(message);
    },
    tooLong: (ends) => events.tooLarge(idOfEnds(ends)),
    end: drained.resolve,
  });
  return {
    send: (message) => {
      if (send.writableLength > maxWaitingBytes || !send.writable) return false;
      writeLine(send, message);
      return true;
    },
    drained: drained.promise,
  };
}

import type { Readable, Writable } from 'node:stream';
import type { Channel } from '../session/session.ts';
import { pump } from './pump.ts';
import { sortLines } from './sort-lines.ts';

export interface Streams {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** The server is known to print other text between its messages: it goes to stderr. Otherwise nothing is looked at. */
  readonly sorted?: boolean;
}

export interface BridgeEvents {
  /** The client closed its side; what it sent before is on its way. */
  readonly onInputEnd: () => void;
  /** The server has not read for so long that nobody could tell any more whether the client is there. */
  readonly onInputStuck: () => void;
  /** The client no longer reads. */
  readonly onOutputBroken: () => void;
}

/**
 * Joins the client's streams with the server's: bytes pass untouched, a slow reader slows its writer, and the end of
 * input becomes a half-close, so that replies still in flight arrive. Resolves when the server's output has ended
 * and the client has taken it.
 */
export async function bridge(
  streams: Streams,
  server: Pick<Channel, 'send' | 'received' | 'stderr'>,
  events: BridgeEvents,
): Promise<void> {
  const { stdin, stdout, stderr } = streams;
  stdout.once('error', events.onOutputBroken);
  stderr.on('error', () => undefined);
  pump(stdin, server.send, { onEnd: events.onInputEnd, onStuck: events.onInputStuck });
  const output = streams.sorted === true ? server.received.pipe(sortLines(stderr)) : server.received;
  await Promise.all([flow(output, stdout), flow(server.stderr, stderr)]);
}

async function flow(from: Readable, to: Writable): Promise<void> {
  from.pipe(to, { end: false });
  await new Promise<void>((resolve) => {
    from.once('end', resolve);
    from.once('close', resolve);
    to.once('error', () => resolve());
  });
  // An empty write comes back when everything before it has been taken.
  await new Promise<void>((resolve) => {
    if (to.writable) to.write('', () => resolve());
    else resolve();
  });
}

import type { Readable, Transform, Writable } from 'node:stream';
import type { Channel } from '../session/session.ts';
import type { InputHold } from './hold-input.ts';
import { pump } from './pump.ts';
import { stderrLine } from './stderr-line.ts';

export interface Streams {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** The server is known to print other text between its messages: it goes to stderr. Otherwise nothing is looked at. */
  readonly sorted?: boolean;
  /**
   * The server is known to drop what it is at when its input ends: the end is held back for so long, or until all that
   * was asked is answered. Milliseconds.
   */
  readonly holdInputMs?: number | undefined;
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
 * input becomes a half-close, so that replies still in flight arrive. Only stderr slows nobody. Resolves when the
 * server's output has ended and the client has taken it.
 */
export async function bridge(
  streams: Streams,
  server: Pick<Channel, 'send' | 'received' | 'stderr'>,
  events: BridgeEvents,
): Promise<void> {
  const { stdin, stdout, stderr } = streams;
  stdout.once('error', events.onOutputBroken);
  stderr.on('error', () => undefined);
  const errors = stderrLine(stderr);
  // Before anything flows: what came while they are loaded would be lost.
  const hold = await holdOf(streams);
  const sorter = await sorterOf(streams, (noise) => errors.write(noise));
  pump(stdin, server.send, {
    onEnd: events.onInputEnd,
    onStuck: events.onInputStuck,
    beforeEnd: hold?.settled,
  });
  if (hold !== undefined) {
    stdin.on('data', hold.asked);
    server.received.on('data', hold.answered).once('close', hold.over);
  }
  const output = sorter === undefined ? server.received : server.received.pipe(sorter);
  server.stderr.on('data', (chunk: Buffer) => errors.write(chunk));
  output.pipe(stdout, { end: false });
  await Promise.all([over(output, stdout), over(server.stderr, stderr)]);
  errors.end();
  await Promise.all([taken(stdout), taken(stderr)]);
}

/** Both are loaded only for those that need them. */
async function sorterOf(
  { sorted }: Streams,
  onNoise: (piece: Buffer) => unknown,
): Promise<Transform | undefined> {
  if (sorted !== true) return undefined;
  const { sortLines } = await import('./sort-lines.ts');
  return sortLines(onNoise);
}

async function holdOf({ holdInputMs }: Streams): Promise<InputHold | undefined> {
  if (holdInputMs === undefined) return undefined;
  const { holdInput } = await import('./hold-input.ts');
  return holdInput(holdInputMs);
}

/** It has ended, or whoever it goes to has. */
async function over(from: Readable, to: Writable): Promise<void> {
  await new Promise<void>((resolve) => {
    from.once('end', resolve);
    from.once('close', resolve);
    to.once('error', () => resolve());
  });
}

/** An empty write comes back when everything before it has been taken. */
async function taken(stream: Writable): Promise<void> {
  await new Promise<void>((resolve) => {
    if (stream.writable) stream.write('', () => resolve());
    else resolve();
  });
}

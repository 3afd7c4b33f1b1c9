import { duplexPair, type Duplex } from 'node:stream';
import { McpcatError } from '../lib/errors.ts';
import { Channel, type ChannelOwner } from './channel.ts';
import { openFrame } from './frames.ts';

interface Wish {
  readonly id: number;
  /** On 127.0.0.1 in the container. */
  readonly port: number;
}

/**
 * A stream from the launcher to a port inside the container. What is written before it is open waits; it emits
 * `connect` then, as a socket does. A RESET destroys it with `io-failed`, and destroying it resets the stream.
 */
export function outgoing(
  { id, port }: Wish,
  owner: ChannelOwner,
  onGone: () => void,
): { readonly channel: Channel; readonly stream: Duplex } {
  const [near, far] = duplexPair();
  const broken = (): McpcatError =>
    new McpcatError('io-failed', `the connection to port ${String(port)} of the server was refused or reset`);
  let opened = false;
  const channel = new Channel(id, owner, {
    onOpened: () => {
      opened = true;
      channel.open(far);
      near.emit('connect');
    },
    onOver: () => {
      if (opened) return;
      far.destroy();
      channel.refuse('closed');
    },
    onGone,
  });
  far.once('close', () => {
    if (!far.readableEnded || !far.writableFinished) near.destroy(broken());
  });
  near.once('close', () => {
    if (near.readableEnded && near.writableFinished) return;
    if (opened) far.destroy();
    else channel.refuse('closed');
  });
  owner.sink.control(openFrame(id, port));
  return { channel, stream: near };
}

/** A stream that never was: the tunnel is not there, or all its streams are taken. */
export function brokenStream(message: string): Duplex {
  const [near] = duplexPair();
  return near.destroy(new McpcatError('io-failed', message));
}

import { PassThrough, type Duplex, type Readable } from 'node:stream';
import type { Attachment } from '../engine/engine.ts';
import { messageOf } from '../lib/errors.ts';
import { HttpBridge } from './http-bridge.ts';

export interface HttpAttachmentOptions {
  readonly port: number;
  readonly path: string;
  /** Resolves when the tunnel into the container is open; undefined if there will be none. */
  readonly tunnel: Promise<{ connect(port: number): Duplex } | undefined>;
  /** Milliseconds for answers that are outstanding when the client has closed its side. */
  readonly grace?: number | undefined;
  /** The server can't be spoken to: the session makes no sense any more. */
  readonly onLost: (message: string) => void;
}

/** As long as mcpcat-init gives a server on stdio after the end of its input. Milliseconds. */
const defaultGrace = 1800;

/**
 * A server that listens for HTTP, as if it spoke on its standard streams. What it prints there is for people: both
 * streams become stderr. Its stdin gets nothing and stays the lease that process 1 watches, until the client is done.
 */
export function httpAttachment(container: Attachment, options: HttpAttachmentOptions): Attachment {
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  let bridge: HttpBridge | undefined;
  let over = false;
  const stopped = Promise.withResolvers<undefined>();
  const stop = (why: string): void => {
    over = true;
    stopped.resolve(undefined);
    if (bridge === undefined) stdin.destroy();
    else bridge.stop(why);
  };
  const speak = async (): Promise<void> => {
    const tunnel = await Promise.race([options.tunnel, stopped.promise]);
    if (tunnel === undefined || over) return;
    bridge = new HttpBridge({
      endpoint: { port: options.port, path: options.path, connect: () => tunnel.connect(options.port) },
      input: stdin,
      output: stdout,
      onNote: (text) => stderr.write(`mcpcat: ${printable(text)}\n`),
    });
    await bridge.run();
  };
  const speaking = speak().catch((error: unknown) => {
    if (!over) options.onLost(messageOf(error));
  });
  void speaking.then(() => container.stdin.end());
  stdin.on('error', () => undefined);
  stdin.once('finish', () => {
    const late = setTimeout(() => stop('the client has closed its side'), options.grace ?? defaultGrace);
    void speaking.then(() => clearTimeout(late));
  });
  void printed(container, stderr).then(async () => {
    stop('the server has ended');
    await speaking;
    stderr.end();
    stdout.end();
  });
  return {
    stdin,
    stdout,
    stderr,
    destroy: () => {
      stop('the session was ended');
      container.destroy();
    },
  };
}

/** Resolves when the server has nothing more to print. */
async function printed(container: Attachment, stderr: PassThrough): Promise<void> {
  const flow = async (from: Readable): Promise<void> => {
    from.pipe(stderr, { end: false });
    await new Promise((resolve) => from.once('end', resolve).once('close', resolve));
  };
  await Promise.all([flow(container.stdout), flow(container.stderr)]);
}

function printable(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]+/g, ' ').slice(0, 500);
}

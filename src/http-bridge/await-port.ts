import { setTimeout as pause } from 'node:timers/promises';
import { McpcatError } from '../lib/errors.ts';
import type { Endpoint } from './endpoint.ts';

/** Milliseconds between two tries: short at first, because the client waits. */
const firstPause = 10;
const longestPause = 40;

/** Resolves when the server listens. Rejects with `timeout` after `within` milliseconds, or when aborted. */
export async function awaitPort(endpoint: Endpoint, within: number, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + within;
  for (let wait = firstPause; !(await isOpen(endpoint)); wait = Math.min(wait * 1.5, longestPause)) {
    if (performance.now() > deadline)
      throw new McpcatError(
        'timeout',
        `the server does not listen on port ${String(endpoint.port)}: expected within ${String(within / 1000)} s`,
        { hint: 'it has to listen on 127.0.0.1 or 0.0.0.0; transport.http.port of its entry says where' },
      );
    await pause(wait, undefined, { signal });
  }
}

/** A connection that is opened and dropped at once. */
async function isOpen({ connect }: Endpoint): Promise<boolean> {
  const stream = connect();
  return new Promise((resolve) => {
    stream.on('error', () => undefined);
    stream.once('connect', () => {
      stream.destroy();
      resolve(true);
    });
    stream.once('close', () => resolve(false));
    if (stream.closed) resolve(false);
  });
}

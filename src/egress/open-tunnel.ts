import type { Readable } from 'node:stream';
import type { Engine, ExecSession } from '../engine/engine.ts';
import { McpcatError } from '../lib/errors.ts';
import { Tunnel, type TunnelOptions } from './tunnel.ts';

export interface OpenTunnelRequest extends Pick<TunnelOptions, 'policy' | 'dial' | 'onAttempt'> {
  readonly engine: Pick<Engine, 'exec'>;
  /** Of a running container. */
  readonly id: string;
  /** Path of process 1 in it. */
  readonly init: string;
  /** Milliseconds of silence after which the relay takes the launcher for gone; for engines that are not local. */
  readonly heartbeat?: number | undefined;
  /** Milliseconds until the relay must be ready. */
  readonly deadline?: number;
}

const lastWordsBytes = 2048;

/**
 * Starts the relay in a container and resolves when it listens. Rejects with `timeout` or `engine-failed`; the relay's
 * session is closed then, which ends the server too: nothing runs with half a tunnel.
 */
export async function openTunnel(request: OpenTunnelRequest): Promise<Tunnel> {
  const { heartbeat, deadline = 5000 } = request;
  const beats = heartbeat === undefined ? [] : ['--heartbeat', String(heartbeat)];
  // As the container's own user: only so may the relay tell process 1 that the launcher is gone.
  const starting = request.engine.exec(request.id, [request.init, 'relay', ...beats]);
  const timer = new AbortController();
  const late = expiry(deadline, timer.signal);
  let tunnel: Tunnel | undefined;
  try {
    tunnel = tunnelOver(await Promise.race([starting, late]), request);
    await Promise.race([tunnel.ready, late]);
    return tunnel;
  } catch (error) {
    tunnel?.close();
    if (tunnel === undefined) void starting.then((session) => session.destroy()).catch(() => undefined);
    throw error;
  } finally {
    timer.abort();
  }
}

function tunnelOver(session: ExecSession, { policy, dial, onAttempt, heartbeat }: OpenTunnelRequest): Tunnel {
  const lastWords = tailOf(session.stderr);
  return new Tunnel({
    input: session.stdout,
    output: session.stdin,
    policy,
    dial,
    lastWords,
    ...(onAttempt === undefined ? {} : { onAttempt }),
    // Two beats may be lost on the way.
    ...(heartbeat === undefined ? {} : { beat: Math.max(1, Math.floor(heartbeat / 3)) }),
  });
}

/** Reads a stream so that it never stalls, and keeps its last line, printable. */
function tailOf(stream: Readable): () => string {
  let tail = '';
  stream.on('error', () => undefined);
  stream.on('data', (chunk: Buffer) => {
    tail = (tail + chunk.subarray(-lastWordsBytes).toString('latin1')).slice(-lastWordsBytes);
  });
  return () => (tail.trim().split('\n').at(-1) ?? '').replaceAll(/[^\x20-\x7e]/g, '?');
}

/** Rejects with `timeout` after a while, unless it is called off. */
function expiry(milliseconds: number, off: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(
      new McpcatError('timeout', `the tunnel of the server was not ready within ${String(milliseconds)} ms`),
    );
  }, milliseconds);
  off.addEventListener('abort', () => clearTimeout(timer), { once: true });
  promise.catch(() => undefined);
  return promise;
}

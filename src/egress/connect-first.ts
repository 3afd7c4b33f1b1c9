import { connect, isIP, type Socket } from 'node:net';
import { codeOrMessage } from './resolver.ts';

interface Attempt {
  readonly port: number;
  readonly stagger: number;
  readonly signal: AbortSignal;
}

export interface Connected {
  readonly stream: Socket;
  readonly address: string;
}

/**
 * Connects to the first of several IP addresses that answers (RFC 8305): the next one starts when the last failed or
 * has not answered for a while. Rejects when all failed or the signal fires; no socket is left behind.
 */
export async function connectFirst(addresses: readonly string[], attempt: Attempt): Promise<Connected> {
  const { promise, resolve, reject } = Promise.withResolvers<Connected>();
  const waiting = alternate(addresses);
  const trying = new Set<Socket>();
  const failures: string[] = [];
  let timer: NodeJS.Timeout | undefined;

  const next = (): void => {
    clearTimeout(timer);
    const address = waiting.shift();
    if (address === undefined) return;
    const socket = connect({ host: address, port: attempt.port, noDelay: true, allowHalfOpen: true });
    trying.add(socket);
    socket.once('connect', () => {
      trying.delete(socket);
      socket.removeAllListeners('error');
      resolve({ stream: socket, address });
    });
    socket.once('error', (error) => {
      trying.delete(socket);
      failures.push(`${address} ${codeOrMessage(error)}`);
      if (waiting.length > 0) next();
      else if (trying.size === 0) reject(new Error(`no connection (${failures.join(', ')})`));
    });
    timer = setTimeout(next, attempt.stagger);
  };
  const abort = (): void => reject(new Error('aborted'));
  attempt.signal.addEventListener('abort', abort, { once: true });
  if (attempt.signal.aborted) abort();
  else next();
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    attempt.signal.removeEventListener('abort', abort);
    for (const socket of trying) discard(socket);
  }
}

/** An attempt that lost; it may still fail, and nobody cares. */
function discard(socket: Socket): void {
  socket
    .removeAllListeners('connect')
    .removeAllListeners('error')
    .on('error', () => undefined);
  socket.destroy();
}

/** IPv6 and IPv4 by turns, the resolver's first choice first. */
function alternate(addresses: readonly string[]): string[] {
  const family = isIP(addresses[0] ?? '');
  const preferred = addresses.filter((address) => isIP(address) === family);
  const others = addresses.filter((address) => isIP(address) !== family);
  return preferred
    .flatMap((address, index) => [address, ...(others[index] === undefined ? [] : [others[index]])])
    .concat(others.slice(preferred.length));
}

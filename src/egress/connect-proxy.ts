import { once } from 'node:events';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { addressText, hostOf } from '../lib/ip-address.ts';
import { codeOrMessage } from './resolver.ts';

interface Through {
  readonly proxy: URL;
  /** A name or an address; the proxy resolves names. */
  readonly host: string;
  readonly port: number;
  readonly signal: AbortSignal;
}

/** No proxy says more before it is heard out. */
const maxHeadBytes = 16_384;

/**
 * A connection to a host through a proxy, by CONNECT (RFC 9110, 9.3.6) with basic authentication if its address holds
 * user and password. Rejects with a line for the log, or the signal's; no socket is left behind.
 */
export async function connectThrough({ proxy, host, port, signal }: Through): Promise<Socket> {
  const socket = open(proxy);
  const abort = (): void => void socket.destroy(new Error('aborted'));
  signal.addEventListener('abort', abort, { once: true });
  try {
    signal.throwIfAborted();
    await once(socket, proxy.protocol === 'https:' ? 'secureConnect' : 'connect');
    socket.write(requestOf(proxy, `${addressText(host)}:${String(port)}`));
    await accepted(socket);
    return socket;
  } catch (error) {
    socket.on('error', () => undefined).destroy();
    throw new Error(`the proxy ${proxy.host}: ${codeOrMessage(error)}`, { cause: error });
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function open(proxy: URL): Socket {
  const secure = proxy.protocol === 'https:';
  const host = hostOf(proxy);
  const port = Number(proxy.port) || (secure ? 443 : 80);
  if (!secure) return connectTcp({ host, port, noDelay: true, allowHalfOpen: true });
  return connectTls({ host, port, servername: isIP(host) === 0 ? host : '' });
}

function requestOf({ username, password }: URL, target: string): string {
  const user = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const lines = [
    `CONNECT ${target} HTTP/1.1`,
    `Host: ${target}`,
    ...(username === '' ? [] : [`Proxy-Authorization: Basic ${Buffer.from(user).toString('base64')}`]),
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** Reads the answer's head and not one byte more: what follows is the host's. */
async function accepted(socket: Socket): Promise<void> {
  let head = Buffer.alloc(0);
  for (;;) {
    const chunk = await nextChunk(socket);
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0 && head.length < maxHeadBytes) continue;
    const status = /^HTTP\/1\.[01] (\d{3})/.exec(head.toString('latin1', 0, 64))?.[1];
    if (end < 0 || status === undefined) throw new Error('it does not speak HTTP');
    if (!status.startsWith('2')) throw new Error(refusalText(status));
    if (head.length > end + 4) socket.unshift(head.subarray(end + 4));
    return;
  }
}

function refusalText(status: string): string {
  const meaning: Readonly<Record<string, string>> = {
    '407': 'it wants a user and a password, or others',
    '403': 'it does not permit that host or port',
  };
  return meaning[status] ?? `it answers ${status}`;
}

function nextChunk(socket: Socket): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const done = (act: () => void) => () => {
      socket.off('readable', readable).off('end', ended).off('error', failed).off('close', ended);
      act();
    };
    const readable = (): void => {
      const chunk: unknown = socket.read();
      if (chunk instanceof Buffer) done(() => resolve(chunk))();
    };
    const ended = (): void => done(() => reject(new Error('it closed the connection')))();
    const failed = (error: Error): void => done(() => reject(error))();
    socket.on('readable', readable).on('end', ended).on('error', failed).on('close', ended);
    readable();
  });
}

import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { Api } from '../../../src/engine/kubernetes/api.ts';
import { selfSigned } from '../../registry/rig.ts';

interface Refusing {
  readonly status: number;
  readonly body: string;
  /** Bytes that are announced and never come. */
  readonly missing?: number;
}

/** What is chosen of it for one test. */
interface Behaviour {
  /** Of each stream that a client opens. */
  readonly onStream?: (socket: WebSocket, request: IncomingMessage) => void;
  readonly onRequest?: (request: IncomingMessage, response: ServerResponse) => void;
  /** Protocols that it speaks; the usual ones of 1.34 by default. */
  readonly protocols?: readonly string[];
  /** PEM of whom the client believes; itself by default. */
  readonly authority?: string;
  /** What the client has, one after the other as each is refused; one that stays by default. */
  readonly tokens?: readonly string[];
  /** Instead of any answer to a request for a stream. */
  readonly onUpgrade?: () => void;
  /** Instead of opening a stream; undefined opens it. */
  readonly refuseStreams?: Refusing | ((request: IncomingMessage) => Refusing | undefined);
}

/**
 * A stand-in for an API server on loopback, for the order of events and refusals that no real one can be told to make:
 * TLS, JSON and the messages of v5.channel.k8s.io as they are. What is true of a real one is tested in test/kubernetes.
 */
export async function standIn(behaviour: Behaviour): Promise<
  {
    readonly api: Api;
    /** For an `Api` with credentials of another kind. */
    readonly server: { readonly url: URL; readonly ca: string };
    /** Resets all connections, as a machine does that has lost them. */
    readonly reset: () => void;
  } & AsyncDisposable
> {
  const { key, certificate } = await selfSigned();
  const server = createServer({ key, cert: certificate }, (request, response) => {
    if (behaviour.onRequest === undefined) response.writeHead(404).end('{}');
    else behaviour.onRequest(request, response);
  });
  const connections = new Set<Socket>();
  server.on('connection', (socket: Socket) => connections.add(socket));
  const sockets = streams(server, behaviour);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const there = { url: new URL(`https://127.0.0.1:${String(port)}`), ca: behaviour.authority ?? certificate };
  const tokens = [...(behaviour.tokens ?? ['a-token'])];
  const api = new Api({
    server: { ...there, serverName: 'test' },
    credentials: () => Promise.resolve({ token: tokens[0] ?? '' }),
    ...(behaviour.tokens === undefined ? {} : { refused: async () => void tokens.shift() }),
  });
  return {
    api,
    server: there,
    reset: () => connections.forEach((socket) => socket.resetAndDestroy()),
    async [Symbol.asyncDispose]() {
      api.close();
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function streams(
  server: Server,
  { onStream, onUpgrade, refuseStreams, protocols = ['v5.channel.k8s.io'] }: Behaviour,
): WebSocketServer {
  const sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => protocols.find((one) => offered.has(one)) ?? false,
  });
  server.on('upgrade', (request, socket, head) => {
    if (onUpgrade !== undefined) return onUpgrade();
    const refusal = typeof refuseStreams === 'function' ? refuseStreams(request) : refuseStreams;
    if (refusal !== undefined) {
      const { status: code, body, missing = 0 } = refusal;
      socket.end(
        `HTTP/1.1 ${String(code)} No\r\nContent-Length: ${String(body.length + missing)}\r\nConnection: close\r\n\r\n${body}`,
      );
      return;
    }
    sockets.handleUpgrade(request, socket, head, (opened) => onStream?.(opened, request));
  });
  return sockets;
}

export const channelMessage = (channel: number, text: string | Uint8Array): Buffer =>
  Buffer.concat([Buffer.from([channel]), Buffer.from(text)]);

/** As API servers say how a process has ended. */
export function status(exitCode: number): Buffer {
  const failure = {
    status: 'Failure',
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
  };
  return channelMessage(3, JSON.stringify(exitCode === 0 ? { status: 'Success' } : failure));
}

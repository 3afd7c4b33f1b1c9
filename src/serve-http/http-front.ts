import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { McpcatError, messageOf } from '../lib/errors.ts';
import type { Hub } from '../serve/front.ts';
import { endpointPath, isEndpoint } from './endpoint-path.ts';
import { Gate } from './gate.ts';
import { httpLimits, type HttpLimits } from './limits.ts';
import { hostAndPort, type ListenAddress } from './listen-address.ts';
import { McpEndpoint } from './mcp-endpoint.ts';
import { refusalCode, refuse } from './refuse.ts';

export interface HttpFrontOptions {
  readonly hub: Hub;
  readonly address: ListenAddress;
  readonly token: string;
  /** By which clients may call it, besides its addresses. */
  readonly names?: readonly string[];
  readonly limits?: Partial<HttpLimits>;
  /** Milliseconds that never go back. */
  readonly now?: () => number;
}

export interface HttpFront {
  /** What clients are given: `http://127.0.0.1:8080/mcp`. */
  readonly url: string;
  /** Clients that are known at the moment. */
  clients(): number;
  /** Forgets quiet clients; done every minute, too. */
  expire(): void;
  /** Takes nothing more, ends every stream and every session. */
  close(): Promise<void>;
}

/** Serves a hub over Streamable HTTP. Throws `io-failed` if it can't listen there. */
export async function openHttpFront({
  hub,
  address,
  token,
  names = [],
  limits: given,
  now = () => performance.now(),
}: HttpFrontOptions): Promise<HttpFront> {
  const limits = { ...httpLimits, ...given };
  const gate = new Gate(token, address, names);
  const endpoint = new McpEndpoint(hub, limits, now);
  const server = createServer(
    {
      headersTimeout: limits.headMs,
      requestTimeout: limits.requestMs,
      keepAliveTimeout: 60_000,
      connectionsCheckingInterval: Math.min(limits.headMs, 5000),
      maxHeaderSize: 16 * 1024,
    },
    (request, response) => void handle({ request, response, gate, endpoint }),
  );
  server.maxConnections = limits.maxConnections;
  const port = await listening(server, address);
  const timers = [
    setInterval(() => endpoint.keepAlive(), limits.keepAliveMs).unref(),
    setInterval(() => endpoint.expire(), 60_000).unref(),
  ];
  return {
    url: `http://${hostAndPort({ ...address, port })}${endpointPath}`,
    clients: () => endpoint.sessions.size + endpoint.stateless.size,
    expire: () => endpoint.expire(),
    close: async () => {
      timers.forEach((timer) => clearInterval(timer));
      const closed = new Promise((resolve) => server.close(resolve));
      await endpoint.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

interface Handling {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly gate: Gate;
  readonly endpoint: McpEndpoint;
}

async function handle({ request, response, gate, endpoint }: Handling): Promise<void> {
  // A client that goes away in the middle is no fault of anybody's.
  response.on('error', () => undefined);
  const { host, origin, authorization } = request.headers;
  const refusal = gate.refusal({ host, origin, authorization });
  if (refusal !== undefined) {
    const { status, message } = refusal;
    const headers = { Connection: 'close', ...(status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {}) };
    return refuse(response, { status, message, code: refusalCode.http, headers });
  }
  if (!isEndpoint(request))
    return refuse(response, {
      ...{ status: 404, code: refusalCode.http },
      message: `expected the path ${endpointPath}, or ${endpointPath}/NAME`,
      headers: { Connection: 'close' },
    });
  try {
    await endpoint.handle(request, response);
  } catch (error) {
    if (response.headersSent) return void response.destroy();
    refuse(response, { status: 500, code: -32_603, message: `Internal error: ${messageOf(error)}` });
  }
}

async function listening(server: Server, address: ListenAddress): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      const message = `can't listen on ${hostAndPort(address)} (${messageOf(cause)})`;
      reject(new McpcatError('io-failed', message, { cause }));
    });
    server.listen(address.port, address.host, resolve);
  });
  return (server.address() as AddressInfo).port;
}

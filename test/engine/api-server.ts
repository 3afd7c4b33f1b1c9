import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import { McpcatError } from '../../src/lib/errors.ts';
import type { FakeEngine } from '../rig/fake-engine.ts';
import { containerRoutes } from './api-containers.ts';
import { imageRoutes } from './api-images.ts';
import { refusal, type Refusal, type Route } from './api-route.ts';

/**
 * The Docker Engine API (1.41) on a unix socket, with the fake engine behind it: what the adapter says and hears is
 * real HTTP, the containers are not. Whoever tests an answer that no healthy engine gives puts it into `odd`, by method
 * and path without version.
 */
export interface ApiServer {
  readonly socket: string;
  readonly odd: Map<string, (response: ServerResponse) => void>;
}

/** A test, or a file of tests. */
export interface Lifetime {
  after(cleanup: () => void): void;
}

export async function apiServer(t: Lifetime, engine: FakeEngine): Promise<ApiServer> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'mcpcat-unit-'));
  const socket = path.join(folder, 'engine.sock');
  const odd = new Map<string, (response: ServerResponse) => void>();
  const routes = [...imageRoutes(engine), ...containerRoutes(engine)];
  const handedOver = new Set<Duplex>();
  const server = createServer((request, response) => {
    const { place } = placeOf(request);
    const unusual = odd.get(`${request.method ?? ''} ${place}`);
    if (unusual === undefined) void answer(routes, request, response);
    else request.resume().once('end', () => unusual(response));
  });
  server.on('upgrade', (request: IncomingMessage, connection: Duplex) => {
    handedOver.add(connection);
    void hijack(routes, request, connection);
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  t.after(() => {
    server.closeAllConnections();
    for (const connection of handedOver) connection.destroy();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { socket, odd };
}

function placeOf({ url = '' }: IncomingMessage): { readonly place: string; readonly query: URLSearchParams } {
  const { pathname, searchParams } = new URL(url, 'http://engine');
  return { place: decodeURIComponent(pathname.replace(/^\/v[\d.]+/, '')), query: searchParams };
}

interface Found {
  readonly route: Route;
  readonly name: string;
  readonly query: URLSearchParams;
}

function find(routes: readonly Route[], request: IncomingMessage): Found | undefined {
  const { place, query } = placeOf(request);
  for (const route of routes) {
    const match = request.method === route.method ? route.path.exec(place) : null;
    if (match !== null) return { route, name: match[1] ?? '', query };
  }
  return undefined;
}

async function answer(
  routes: readonly Route[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const found = find(routes, request);
    if (found === undefined)
      throw refusal(404, `page not found: ${request.method ?? ''} ${request.url ?? ''}`);
    const result = await found.route.handle({ ...found, request, response });
    if (result === undefined) return;
    response.setHeader('content-type', 'application/json');
    response.writeHead(result.status).end(result.body === undefined ? '' : JSON.stringify(result.body));
  } catch (error) {
    const { status, message } = refusalOf(error);
    if (response.headersSent) response.destroy();
    else response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ message }));
  }
}

/** A connection that becomes the streams of a process. */
async function hijack(routes: readonly Route[], request: IncomingMessage, connection: Duplex): Promise<void> {
  connection.on('error', () => undefined);
  try {
    const found = find(routes, request);
    if (found?.route.hijack === undefined) throw refusal(404, 'nothing to attach to');
    const session = await found.route.hijack(found);
    connection.write('HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n');
    session(connection);
  } catch (error) {
    const { status, message } = refusalOf(error);
    const body = JSON.stringify({ message });
    connection.end(
      `HTTP/1.1 ${String(status)} Refused\r\nContent-Type: application/json\r\nContent-Length: ${String(Buffer.byteLength(body))}\r\n\r\n${body}`,
    );
  }
}

/** As the daemon would: 404 for what is not there, 409 for what is in the way. */
function refusalOf(error: unknown): Pick<Refusal, 'status' | 'message'> {
  if (error instanceof Error && 'status' in error && typeof error.status === 'number')
    return { status: error.status, message: error.message };
  if (!(error instanceof McpcatError)) return { status: 500, message: String(error) };
  const { code, message } = error;
  if (code === 'image-missing' || /^(no such|could not find)/i.test(message)) return { status: 404, message };
  if (code === 'volume-in-use' || message.endsWith('is not running')) return { status: 409, message };
  return { status: 500, message };
}

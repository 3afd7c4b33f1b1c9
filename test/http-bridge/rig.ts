import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { HttpBridge } from '../../src/http-bridge/http-bridge.ts';
import { eventually } from '../rig/engine.ts';

/** A request as the fake server saw it. */
export interface Seen {
  readonly method: string;
  readonly headers: IncomingMessage['headers'];
  /** The body as JSON; undefined without one. */
  readonly message: Message | undefined;
}

export interface Message {
  readonly jsonrpc?: string;
  readonly id?: string | number | null;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
}

export type Handle = (seen: Seen, response: ServerResponse) => void | Promise<void>;

export interface Rig extends AsyncDisposable {
  readonly bridge: HttpBridge;
  readonly seen: readonly Seen[];
  readonly notes: readonly string[];
  readonly input: PassThrough;
  readonly output: PassThrough;
  readonly lines: readonly string[];
  /** The bridge's end. */
  readonly running: Promise<void>;
  send(...messages: readonly unknown[]): void;
  /** The first message of the server's that fits. */
  received(fits: (message: Message) => boolean): Promise<Message>;
}

/** A bridge to a fake server on loopback. */
export async function rig(handle: Handle): Promise<Rig> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const body = await buffer(request);
      const message = body.length === 0 ? undefined : (JSON.parse(body.toString()) as Message);
      const it = { method: request.method ?? '', headers: request.headers, message };
      seen.push(it);
      await handle(it, response);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const joined = bridged(port);
  return {
    ...joined,
    seen,
    async [Symbol.asyncDispose]() {
      joined.bridge.stop('the test is over');
      await joined.running.catch(() => undefined);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A bridge to whatever listens on a port, now or later. */
export function bridged(port: number, listenWithin?: number): Omit<Rig, 'seen' | typeof Symbol.asyncDispose> {
  const notes: string[] = [];
  const lines: string[] = [];
  const input = new PassThrough();
  const output = new PassThrough();
  let rest = '';
  output.on('data', (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
  });
  const bridge = new HttpBridge({
    endpoint: {
      port,
      path: '/mcp',
      connect: () => connect({ port, host: '127.0.0.1', allowHalfOpen: true }),
    },
    input,
    output,
    onNote: (text) => notes.push(text),
    ...(listenWithin === undefined ? {} : { listenWithin }),
  });
  const running = bridge.run();
  running.catch(() => undefined);
  return {
    bridge,
    notes,
    input,
    output,
    lines,
    running,
    send(...messages) {
      for (const message of messages) input.write(`${JSON.stringify(message)}\n`);
    },
    async received(fits) {
      const parsed = (): Message | undefined => lines.map((line) => JSON.parse(line) as Message).find(fits);
      return (
        (await eventually(
          () => Promise.resolve(parsed()),
          (found) => found !== undefined,
        )) ?? {}
      );
    },
  };
}

export const hello = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 't', version: '1' } },
};
export const initialized = { jsonrpc: '2.0', method: 'notifications/initialized' };
export const welcome = {
  protocolVersion: '2025-06-18',
  capabilities: {},
  serverInfo: { name: 's', version: '1' },
};

export function ping(id: string | number): Message {
  return { jsonrpc: '2.0', id, method: 'ping' };
}

export function json(
  response: ServerResponse,
  message: unknown,
  more: Readonly<Record<string, string>> = {},
): void {
  response
    .writeHead(200, { 'content-type': 'application/json', ...more })
    .end(JSON.stringify(message, null, 2));
}

export function answer(response: ServerResponse, { message }: Seen, result: unknown = {}): void {
  json(response, { jsonrpc: '2.0', id: message?.id, result });
}

/** Begins a stream of events. */
export function events(response: ServerResponse): (data: unknown, id?: string) => void {
  response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
  return (data, id) => {
    const text = data === '' ? '' : JSON.stringify(data);
    response.write(`${id === undefined ? '' : `id: ${id}\n`}event: message\ndata: ${text}\n\n`);
  };
}

/** What every server of the sessions does; the rest is the test's. */
export function inSession(rest: Handle): Handle {
  return (seen, response) => {
    if (seen.message?.method === 'initialize')
      return json(
        response,
        { jsonrpc: '2.0', id: seen.message.id, result: welcome },
        { 'mcp-session-id': 's-1' },
      );
    if (seen.message?.method === 'notifications/initialized') return void response.writeHead(202).end();
    if (seen.method === 'DELETE') return void response.writeHead(200).end();
    return rest(seen, response);
  };
}

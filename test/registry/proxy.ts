import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What to do to one request instead of passing it on as it is. */
export type Fault =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly body?: string;
    }
  /** Passes on that many bytes of the answer, then breaks the connection. */
  | { readonly kind: 'break-answer'; readonly after: number }
  /** Reads that many bytes of the request, then breaks the connection; the registry sees what was read. */
  | { readonly kind: 'break-request'; readonly after: number }
  /** Changes one bit of the answer's body. */
  | { readonly kind: 'flip' };

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
}

export interface Proxy extends AsyncDisposable {
  readonly host: string;
  readonly seen: Seen[];
}

/**
 * A reverse proxy on loopback before a real registry. `fault` looks at each request, and may keep it waiting; undefined
 * passes it on.
 */
export async function faultyProxy(
  target: string,
  fault: (request: Seen) => Fault | undefined | Promise<Fault | undefined>,
): Promise<Proxy> {
  const seen: Seen[] = [];
  return listening(seen, (incoming, outgoing) => {
    const what = { method: incoming.method ?? '', url: incoming.url ?? '', headers: incoming.headers };
    seen.push(what);
    const decide = (found: Fault | undefined): void => {
      if (found?.kind !== 'answer') return passOn({ target, incoming, outgoing, fault: found });
      incoming.resume();
      outgoing.writeHead(found.status, found.headers).end(found.body);
    };
    const found = fault(what);
    if (found instanceof Promise) void found.then(decide, () => outgoing.destroy());
    else decide(found);
  });
}

/** A server of the test's own on loopback. */
export async function listening(
  seen: Seen[],
  handler: (incoming: IncomingMessage, outgoing: ServerResponse) => void,
): Promise<Proxy> {
  const server: Server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { host: `127.0.0.1:${String(port)}`, seen, [Symbol.asyncDispose]: stop };
}

interface Passage {
  readonly target: string;
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly fault: Fault | undefined;
}

function passOn({ target, incoming, outgoing, fault }: Passage): void {
  const [hostname, port] = target.split(':');
  const { method, url, headers } = incoming;
  // The host header stays: the registry builds the location of uploads from it.
  const onward = request({ hostname, port, method, path: url, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    let passed = 0;
    answer.on('data', (chunk: Buffer) => {
      if (fault?.kind === 'flip' && passed === 0)
        chunk.writeUInt8(chunk.readUInt8(chunk.length - 1) ^ 1, chunk.length - 1);
      const max = fault?.kind === 'break-answer' ? Math.max(0, fault.after - passed) : chunk.length;
      passed += chunk.length;
      outgoing.write(chunk.subarray(0, max), () => {
        if (max < chunk.length) outgoing.destroy();
      });
      if (max < chunk.length) answer.destroy();
    });
    answer.on('end', () => outgoing.end());
    answer.on('error', () => outgoing.destroy());
  });
  onward.on('error', () => outgoing.destroy());
  let read = 0;
  incoming.on('data', (chunk: Buffer) => {
    const max = fault?.kind === 'break-request' ? Math.max(0, fault.after - read) : chunk.length;
    read += chunk.length;
    onward.write(chunk.subarray(0, max));
    if (max === chunk.length) return;
    incoming.pause();
    // Time for the registry to write what it has.
    setTimeout(() => {
      onward.destroy();
      incoming.destroy();
    }, 200);
  });
  incoming.on('end', () => onward.end());
  incoming.on('error', () => onward.destroy());
}

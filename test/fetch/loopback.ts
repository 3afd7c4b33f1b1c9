import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';

export interface Loopback {
  readonly url: string;
  /** Paths that were asked for, in order. */
  readonly requests: readonly string[];
}

/** A server on 127.0.0.1 that is gone when the test has ended; `time` counts the requests for one path from 1. */
export async function loopback(
  t: TestContext,
  answer: (request: IncomingMessage, response: ServerResponse, time: number) => void,
): Promise<Loopback> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    requests.push(path);
    answer(request, response, requests.filter((other) => other === path).length);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${String(port)}`, requests };
}

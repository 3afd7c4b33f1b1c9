import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { connectEngine } from '../../src/engine/connect.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { temporaryFolder } from '../lib/temporary.ts';

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Something that answers like an engine on a unix socket, for what a real one does only when its disk is full or its
 * power goes. `answers` by method and path without version; whatever else is asked for is not there.
 */
export async function fakeDocker(t: TestContext, answers: Readonly<Record<string, Answer>>): Promise<Engine> {
  const socket = path.join(temporaryFolder(t), 'engine.sock');
  const server = createServer((request, response) => {
    const place = (request.url ?? '').replace(/^\/v[\d.]+/, '').replace(/\?.*/, '');
    const answer = answers[`${request.method ?? ''} ${place}`];
    request.resume();
    request.once('end', () => {
      if (answer) answer(request, response);
      else if (place === '/images/json' || place === '/containers/json') response.end('[]');
      else response.writeHead(404, { 'content-type': 'application/json' }).end('{"message":"no such thing"}');
    });
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return connectEngine({ endpoint: socket, env: {} });
}

/** Events of a progress stream, one a line, each line in pieces of its own. */
export function events(...all: readonly unknown[]): Answer {
  return (_, response) => {
    response.setHeader('content-type', 'application/json');
    for (const event of all) response.write(`${JSON.stringify(event)}\r\n`);
    response.end();
  };
}

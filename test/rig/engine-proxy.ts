import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createConnection, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from './engine.ts';
import { httpAnswer } from './http-answer.ts';

/** What the proxy does instead of forwarding a request. */
export type Fault =
  | { readonly kind: 'answer'; readonly status: number; readonly body: string }
  /** Forwards it that much later. */
  | { readonly kind: 'delay'; readonly milliseconds: number }
  /** Forwards it, and the connection breaks when the engine has answered: so many bytes of the answer come through. */
  | { readonly kind: 'cut-answer'; readonly bytes: number };

export interface EngineProxy extends AsyncDisposable {
  /** For `--engine`. */
  readonly address: string;
  /** `POST /v1.41/build?…`, in the order of arrival. */
  readonly requests: readonly string[];
  /** Resolves when a request that matches has arrived. */
  asked(pattern: RegExp): Promise<void>;
  /** Requests that match are answered or delayed by the proxy, until the end of the test. */
  fault(pattern: RegExp, fault: Fault): void;
  /** The engine goes away: every connection breaks, and no new one is accepted. */
  cut(): Promise<void>;
  /** The engine hangs: connections stay, but no byte passes any more, and new ones are accepted and ignored. */
  freeze(): void;
}

const firstLine = /^(GET|HEAD|POST|PUT|DELETE) (\S+) HTTP\/1\.1\r\n/;

/** A socket in front of the real engine that can break in chosen ways; the real one is never touched. */
export async function engineProxy(target = '/var/run/docker.sock'): Promise<EngineProxy> {
  const folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-proxy-'));
  const socketPath = path.join(folder, 'engine.sock');
  const requests: string[] = [];
  const faults: (readonly [RegExp, Fault])[] = [];
  const sockets = new Set<Socket>();
  const gone = new AbortController();
  let frozen = false;

  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    return socket.on('close', () => sockets.delete(socket));
  };
  const server = createServer({ allowHalfOpen: true }, (client) => {
    keep(client);
    if (frozen) return;
    const engine = keep(createConnection({ path: target, allowHalfOpen: true }));
    join(client, engine, {
      isFrozen: () => frozen,
      gone: gone.signal,
      onRequest(line) {
        requests.push(line);
        return faults.find(([pattern]) => pattern.test(line))?.[1];
      },
    });
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));

  const cut = async (): Promise<void> => {
    gone.abort();
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return {
    address: `unix://${socketPath}`,
    requests,
    asked: async (pattern) =>
      void (await eventually(
        () => Promise.resolve(requests),
        (lines) => lines.some((line) => pattern.test(line)),
      )),
    fault: (pattern, fault) => void faults.push([pattern, fault]),
    cut,
    freeze: () => (frozen = true),
    async [Symbol.asyncDispose]() {
      if (existsSync(socketPath)) await cut();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface Watch {
  readonly isFrozen: () => boolean;
  /** Ends the delays: a request that waits is never forwarded. */
  readonly gone: AbortSignal;
  readonly onRequest: (line: string) => Fault | undefined;
}

/** Node writes a request's head in one piece at its beginning, so a chunk that starts like one is one. */
function join(client: Socket, engine: Socket, { isFrozen, gone, onRequest }: Watch): void {
  let answered = false;
  let answerBytes = Number.POSITIVE_INFINITY;
  let earlier = Promise.resolve();
  client.on('data', (chunk: Buffer) => {
    if (isFrozen() || answered) return;
    const head = firstLine.exec(chunk.toString('latin1', 0, 2000));
    const fault = head === null ? undefined : onRequest(`${head[1] ?? ''} ${head[2] ?? ''}`);
    if (fault?.kind === 'answer') {
      answered = true;
      client.end(httpAnswer(fault.status, fault.body));
      engine.destroy();
      return;
    }
    if (fault?.kind === 'cut-answer') answerBytes = fault.bytes;
    const wait = fault?.kind === 'delay' ? fault.milliseconds : 0;
    earlier = earlier
      .then(() => (wait === 0 ? undefined : sleep(wait, undefined, { signal: gone })))
      .then(() => void engine.write(chunk));
    earlier.catch(() => undefined);
  });
  client.on('end', () => void earlier.then(() => isFrozen() || engine.end()).catch(() => undefined));
  client.on('close', () => engine.destroy());
  engine.on('data', (chunk: Buffer) => {
    if (isFrozen() || answered) return;
    client.write(chunk.subarray(0, answerBytes));
    if (chunk.length <= answerBytes) return;
    answered = true;
    client.destroySoon();
  });
  engine.on('end', () => isFrozen() || answered || client.end());
  engine.on('close', () => isFrozen() || answered || client.destroy());
}

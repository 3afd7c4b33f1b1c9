import net from 'node:net';
import type { Duplex } from 'node:stream';
import type { DirectAddress } from '../locate/address.ts';
import { Answer, type Head } from './answer.ts';

/** Resolves to where to connect: for some engines the way has to be made first. */
export type Reach = () => Promise<DirectAddress>;

export interface WireRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
}

/** Milliseconds. */
const maxAgeMs = 10_000;

/**
 * The few requests that stand between a client and its server's first answer, as plain HTTP/1.1 over one socket each.
 * node:http and dockerode take 10 ms to load and 5 ms for the first requests; these lines take less than one. Nothing
 * is reused or followed, and everything else goes through dockerode.
 */
export class Wire {
  readonly #reach: Reach;
  readonly #spare: { readonly socket: Promise<net.Socket>; readonly openedMs: number }[] = [];

  constructor(reach: Reach) {
    this.#reach = reach;
  }

  /** Opens connections for the next requests while there is time. */
  warm(count: number): void {
    for (let missing = count - this.#spare.length; missing > 0; missing--) {
      const socket = this.#connect().then((made) => made.unref());
      socket.catch(() => undefined); // whoever takes it hears of it
      this.#spare.push({ socket, openedMs: uptimeMs() });
    }
  }

  /** One that is not used soon may be closed by the engine, which we would hear of too late. */
  #fresh(): Promise<net.Socket> | undefined {
    for (let spare = this.#spare.shift(); spare !== undefined; spare = this.#spare.shift()) {
      if (uptimeMs() - spare.openedMs < maxAgeMs) return spare.socket;
      spare.socket.then((socket) => socket.destroy()).catch(() => undefined);
    }
    return undefined;
  }

  /** The body of a 2xx answer; rejects with an error that has `statusCode` like dockerode's, or the socket's own. */
  async call(request: WireRequest, onHead?: (head: Head) => void): Promise<string> {
    const socket = await this.#send(request, 'close');
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const answer = new Answer();
    const over = (): void => settle(answer, { resolve, reject });
    // Whoever waits goes on at once, and not when the connection is closed.
    answer.onWhole = () => {
      socket.off('close', over);
      over();
      socket.destroy();
    };
    answer.onHead = onHead;
    socket.on('data', (chunk: Buffer) => feed(answer, chunk, socket));
    socket.on('error', reject);
    socket.once('end', () => socket.destroy());
    socket.once('close', over);
    return promise;
  }

  /** The head of the answer, whatever its status. */
  async head(request: WireRequest): Promise<Head> {
    const socket = await this.#send(request, 'close');
    const { promise, resolve, reject } = Promise.withResolvers<Head>();
    const answer = new Answer();
    answer.onHead = (head) => {
      resolve(head);
      socket.destroy();
    };
    socket.on('data', (chunk: Buffer) => feed(answer, chunk, socket));
    socket.on('error', reject);
    socket.once('end', () => socket.destroy());
    socket.once('close', () => reject(new Error('aborted')));
    return promise;
  }

  /** The connection itself, once the engine has handed it over (Docker Engine API, "Attach to a container", hijacking). */
  async hijack(request: WireRequest): Promise<Duplex> {
    const socket = await this.#send(request, 'Upgrade');
    const { promise, resolve, reject } = Promise.withResolvers<Duplex>();
    const answer = new Answer();
    const cut = (): void => void socket.destroy();
    const close = (): void =>
      settle(answer, { resolve: () => reject(new Error('the engine kept the connection')), reject });
    const take = (chunk: Buffer): void => {
      feed(answer, chunk, socket);
      // Any other status is a refusal, and its reason is still to come.
      if (answer.head?.status !== 101 && answer.head?.status !== 200) return;
      socket.off('data', take).off('end', cut).off('close', close).off('error', reject).pause();
      if (answer.rest.length > 0) socket.unshift(answer.rest);
      resolve(socket);
    };
    answer.onWhole = cut;
    socket.on('data', take).on('end', cut).on('close', close).on('error', reject);
    return promise;
  }

  async #send({ method, path, body }: WireRequest, connection: 'close' | 'Upgrade'): Promise<net.Socket> {
    const spare = await this.#fresh();
    // One that broke while it waited would never tell what became of the request.
    const broken = spare === undefined || spare.destroyed || spare.readableEnded;
    if (broken) spare?.destroy();
    const socket = (broken ? await this.#connect() : spare).ref();
    const text = body === undefined ? '' : JSON.stringify(body);
    const lines = [
      `${method} ${path} HTTP/1.1`,
      'Host: engine',
      `Connection: ${connection}`,
      ...(connection === 'Upgrade' ? ['Upgrade: tcp'] : []),
      ...(body === undefined ? [] : ['Content-Type: application/json']),
      `Content-Length: ${String(Buffer.byteLength(text))}`,
    ];
    socket.write(`${lines.join('\r\n')}\r\n\r\n${text}`);
    return socket;
  }

  async #connect(): Promise<net.Socket> {
    const address = await this.#reach();
    if (address.socketPath !== undefined)
      return connected(net.connect({ path: address.socketPath, allowHalfOpen: true }), 'connect');
    const { host, port, protocol, tls } = address;
    if (protocol === 'http') return connected(net.connect({ host, port, allowHalfOpen: true }), 'connect');
    const { connect } = await import('node:tls');
    const servername = net.isIP(host) === 0 ? host : '';
    return connected(
      connect({ host, port, servername, ...tls, ...{ allowHalfOpen: true } }),
      'secureConnect',
    );
  }
}

/** Other than `performance` nothing that Node would have to load. */
function uptimeMs(): number {
  return process.uptime() * 1000;
}

function feed(answer: Answer, chunk: Buffer, socket: net.Socket): void {
  try {
    answer.take(chunk);
  } catch (error) {
    socket.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}

interface Outcome {
  readonly resolve: (body: string) => void;
  readonly reject: (error: unknown) => void;
}

/** The connection is over: was the answer whole, and was it kind? */
function settle(answer: Answer, { resolve, reject }: Outcome): void {
  try {
    resolve(bodyOf(answer.whole()));
  } catch (error) {
    reject(error);
  }
}

function connected<T extends net.Socket>(socket: T, event: string): Promise<T> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once(event, () => {
      socket.off('error', reject);
      socket.on('error', () => undefined); // a spare one may break before anybody listens
      resolve(socket);
    });
  });
}

/** The body, unless the status is one of refusal. */
function bodyOf({ head, body }: { readonly head: Head; readonly body: string }): string {
  if (head.status >= 200 && head.status < 300) return body;
  throw Object.assign(new Error(messageIn(body)), { statusCode: head.status });
}

function messageIn(body: string): string {
  try {
    const answer: unknown = JSON.parse(body);
    if (typeof answer === 'object' && answer !== null && 'message' in answer)
      return String(answer.message).trim();
  } catch {
    // Not JSON: a proxy's words, perhaps.
  }
  return body.trim() || 'no reason given';
}

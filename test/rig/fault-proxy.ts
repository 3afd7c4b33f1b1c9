import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** What goes wrong with one request: before the engine hears of it, or with the answer, when it has done the deed. */
export type Fault =
  | { readonly when: 'request'; readonly kind: 'cut' | 'silence' | 'gone' }
  | { readonly when: 'request'; readonly kind: 'answer'; readonly text: string }
  /** The answer with nothing behind the first so many bytes, or so many behind its head; then the end, or silence. */
  | {
      readonly when: 'answer';
      readonly kind: 'cut' | 'silence' | 'gone';
      readonly bytes: number;
      readonly from: 'start' | 'head';
    }
  | { readonly when: 'answer'; readonly kind: 'slow' }
  | { readonly when: 'answer'; readonly kind: 'instead'; readonly text: string }
  /** It waits until the engine has answered a request that fits `after`, or a request that fits has ended. */
  | {
      readonly when: 'answer';
      readonly kind: 'late';
      readonly after: RegExp;
      readonly until: 'answered' | 'ended';
    };

export interface FaultProxy {
  readonly socket: string;
  /** Resolves when the fault has met its first request. */
  readonly met: Promise<void>;
  close(): void;
}

/** Which requests, by `POST /v1.41/containers/create?…`, and how many of them. */
export interface Meets {
  readonly request: RegExp;
  readonly times: number;
}

const firstLine = /^(?:GET|HEAD|POST|PUT|DELETE) \S+ HTTP\/1\.1\r\n/;

/** A unix socket in front of the one at `target` that does one thing wrong. */
export async function faultProxy(target: string, meets: Meets, fault: Fault): Promise<FaultProxy> {
  const folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-faults-'));
  const socket = path.join(folder, 'engine.sock');
  const met = Promise.withResolvers<void>();
  const seen = new Seen();
  const sockets = new Set<Socket>();
  let left = meets.times;
  const keep = (made: Socket): Socket => {
    sockets.add(made.on('error', () => undefined).on('close', () => sockets.delete(made)));
    return made;
  };
  const close = (): void => {
    server.close();
    for (const open of sockets) open.destroy();
    rmSync(folder, { recursive: true, force: true });
  };
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const engine = keep(createConnection({ path: target, allowHalfOpen: true }));
    const exchange = new Exchange(keep(client), engine, {
      seen,
      close,
      faultOf: (line) => {
        if (left === 0 || !meets.request.test(line)) return undefined;
        left--;
        met.resolve();
        return fault;
      },
    });
    exchange.begin();
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return { socket, met: met.promise, close };
}

/** Which answers have begun and ended. */
class Seen {
  readonly #lines = new Set<string>();
  readonly #waiting = new Set<() => void>();

  add(state: 'answered' | 'ended', line: string): void {
    this.#lines.add(`${state} ${line}`);
    for (const look of this.#waiting) look();
  }

  async until(state: string, pattern: RegExp): Promise<void> {
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (![...this.#lines].some((line) => line.startsWith(`${state} `) && pattern.test(line))) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }
}

interface Proxy {
  readonly seen: Seen;
  readonly close: () => void;
  readonly faultOf: (line: string) => Fault | undefined;
}

/** One connection. Who asks writes a request's head in one piece, so a chunk that starts like one is one. */
class Exchange {
  readonly #client: Socket;
  readonly #engine: Socket;
  readonly #proxy: Proxy;
  #line = '';
  #fault: Fault | undefined;
  /** Of the answer that is met by the fault. */
  #answer = Buffer.alloc(0);
  #passed = 0;
  #earlier = Promise.resolve();

  constructor(client: Socket, engine: Socket, proxy: Proxy) {
    this.#client = client;
    this.#engine = engine;
    this.#proxy = proxy;
  }

  begin(): void {
    const client = this.#client;
    const engine = this.#engine;
    client.on('data', (chunk: Buffer) => this.#ask(chunk));
    client.on('end', () => engine.end());
    client.on('close', () => engine.destroy());
    engine.on('data', (chunk: Buffer) => this.#reply(chunk));
    engine.on('end', () => this.#over());
    engine.on('close', () => this.#over());
  }

  #ask(chunk: Buffer): void {
    const [line] = firstLine.exec(chunk.toString('latin1', 0, 2000)) ?? [];
    if (line !== undefined) {
      this.#line = line.replace(/ HTTP.*\s*$/, '');
      this.#fault ??= this.#proxy.faultOf(this.#line);
    }
    if (this.#fault?.when !== 'request') return void this.#engine.write(chunk);
    if (this.#fault.kind === 'gone') this.#proxy.close();
    else if (this.#fault.kind === 'cut') this.#client.destroy();
    else if (this.#fault.kind === 'answer') this.#client.end(this.#fault.text);
  }

  #reply(chunk: Buffer): void {
    const fault = this.#fault;
    if (fault === undefined) this.#client.write(chunk);
    else if (fault.when === 'answer') this.#spoil(chunk, fault);
    this.#proxy.seen.add('answered', this.#line);
  }

  #spoil(chunk: Buffer, fault: Fault & { readonly when: 'answer' }): void {
    this.#answer = Buffer.concat([this.#answer, chunk]);
    if (fault.kind === 'instead') return void this.#client.end(fault.text);
    if (fault.kind === 'late') {
      const { until, after } = fault;
      this.#then(() => this.#proxy.seen.until(until, after));
      return this.#then(() => void this.#client.write(chunk));
    }
    if (fault.kind === 'slow') {
      for (const byte of chunk)
        this.#then(() => new Promise((resolve) => this.#client.write(Buffer.from([byte]), () => resolve())));
      return;
    }
    const head = fault.from === 'start' ? 0 : this.#answer.indexOf('\r\n\r\n') + 4;
    const most = Math.min(head + fault.bytes, this.#answer.length - 1);
    this.#client.write(this.#answer.subarray(this.#passed, most));
    this.#passed = Math.max(this.#passed, most);
    if (fault.kind === 'cut') this.#client.destroySoon();
    if (fault.kind === 'gone') this.#proxy.close();
  }

  /** One after the other. */
  #then(step: () => Promise<void> | void): void {
    this.#earlier = this.#earlier.then(step);
  }

  #over(): void {
    this.#proxy.seen.add('ended', this.#line);
    const silent = this.#fault?.kind === 'silence' || this.#fault?.kind === 'answer';
    if (!silent) this.#then(() => void this.#client.end());
  }
}

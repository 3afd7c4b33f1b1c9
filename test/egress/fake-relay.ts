import { Duplex, type Readable, type Writable } from 'node:stream';
import { Decoder } from '../../src/egress/decoder.ts';
import {
  frameHeader,
  frameOf,
  initialWindow,
  maxPayloadBytes,
  resetFrame,
  windowFrame,
  type Frame,
} from '../../src/egress/frames.ts';

/**
 * A fake `mcpcat-init relay`: speaks the tunnel protocol over a pair of streams, with functions instead of a
 * server that looks names up and connects. The real one, in C, is verified in test/docker and test/init.
 */
export class FakeRelay {
  readonly ports: Promise<readonly number[]>;
  readonly #output: Writable;
  readonly #streams = new Map<number, FakeRelayStream>();
  readonly #queries = new Map<number, (address: string | undefined) => void>();
  readonly #hello = Promise.withResolvers<readonly number[]>();
  readonly #onConnection: (port: number, stream: Duplex) => void;
  /** Type and stream of all frames that came, in order: what the launcher said. */
  readonly heard: string[] = [];
  #nextId = 0;
  #nextQuery = 0;

  constructor(
    input: Readable,
    output: Writable,
    onConnection: (port: number, stream: Duplex) => void = () => undefined,
  ) {
    this.ports = this.#hello.promise;
    this.#output = output;
    this.#onConnection = onConnection;
    output.on('error', () => undefined);
    const decoder = new Decoder('launcher');
    input.on('data', (chunk: Buffer) => decoder.feed(chunk, (frame) => this.#receive(frame)));
  }

  /** What a server's DNS query gets. */
  async lookup(name: string): Promise<string | undefined> {
    const query = ++this.#nextQuery % 65_535 || 1;
    this.#output.write(frameOf('lookup', query, Buffer.from(name, 'latin1')));
    return new Promise((resolve) => this.#queries.set(query, resolve));
  }

  /** What a server's connect() gets. Destroyed with the reason of a RESET. */
  connect(address: string, port: number): FakeRelayStream {
    do this.#nextId = (this.#nextId + 2) % 65_536 || 2;
    while (this.#streams.has(this.#nextId));
    const stream = this.#stream(this.#nextId);
    const target = Buffer.from([...address.split('.').map(Number), port >> 8, port & 255]);
    this.#output.write(frameOf('open', stream.id, target));
    return stream;
  }

  /** Any bytes: for relays that misbehave. */
  raw(bytes: Buffer): boolean {
    return this.#output.write(bytes);
  }

  #stream(id: number): FakeRelayStream {
    const stream = new FakeRelayStream(id, this.#output);
    this.#streams.set(id, stream);
    stream.once('close', () => this.#streams.delete(id));
    return stream;
  }

  #receive({ type, stream: id, payload }: Frame): void {
    if (this.heard.length < 10_000) this.heard.push(`${type} ${String(id)}`);
    if (type === 'hello') {
      const count = payload[1] ?? 0;
      this.#hello.resolve(Array.from({ length: count }, (_, index) => payload.readUInt16BE(2 + 2 * index)));
      this.#output.write(frameOf('ready', 0));
    } else if (type === 'answer') {
      this.#queries.get(id)?.(payload.length === 0 ? undefined : [...payload].join('.'));
      this.#queries.delete(id);
    } else if (type === 'open') {
      const stream = this.#stream(id);
      this.#output.write(frameOf('opened', id));
      stream.opened();
      this.#onConnection(payload.readUInt16BE(), stream);
    } else this.#streams.get(id)?.receive(type, payload);
  }
}

/** One stream as the server in the container sees it. */
export class FakeRelayStream extends Duplex {
  readonly id: number;
  readonly #output: Writable;
  readonly #ready = Promise.withResolvers<void>();
  #credit = initialWindow;
  #unreturned = 0;
  #pending: { readonly chunk: Buffer; readonly done: (error?: Error | null) => void } | undefined;
  #open = false;

  constructor(id: number, output: Writable) {
    super({ allowHalfOpen: true });
    this.id = id;
    this.#output = output;
    this.#ready.promise.catch(() => undefined);
    this.on('error', () => undefined);
  }

  /** Resolves when OPENED came, rejects with the reason of a RESET. */
  get connected(): Promise<void> {
    return this.#ready.promise;
  }

  opened(): void {
    this.#open = true;
    this.#ready.resolve();
    this.#send();
  }

  receive(type: Frame['type'], payload: Buffer): void {
    if (type === 'opened') this.opened();
    else if (type === 'window') {
      this.#credit += payload.readUInt32BE();
      this.#send();
    } else if (type === 'end') this.push(null);
    else if (type === 'reset') {
      const error = new Error(`reset ${String(payload[0])}`);
      this.#ready.reject(error);
      this.#open = false;
      this.destroy(error);
    } else if (type === 'data') {
      this.#unreturned += payload.length;
      if (this.push(payload)) this.#returnCredit();
    }
  }

  override _read(): void {
    this.#returnCredit();
  }

  override _write(chunk: Buffer, _: string, done: (error?: Error | null) => void): void {
    this.#pending = { chunk, done };
    this.#send();
  }

  override _final(done: () => void): void {
    this.#output.write(frameOf('end', this.id));
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const clean = this.readableEnded && this.writableFinished;
    if (!clean && error === null) this.#output.write(resetFrame(this.id, 'closed'));
    done(error);
  }

  #returnCredit(): void {
    if (this.#unreturned < initialWindow / 2 || !this.#open) return;
    this.#output.write(windowFrame(this.id, this.#unreturned));
    this.#unreturned = 0;
  }

  #send(): void {
    if (this.#pending === undefined || !this.#open || this.#credit === 0) return;
    const { chunk, done } = this.#pending;
    const piece = chunk.subarray(0, Math.min(this.#credit, maxPayloadBytes));
    this.#credit -= piece.length;
    this.#pending = undefined;
    this.#output.write(frameHeader('data', this.id, piece.length));
    this.#output.write(piece, () => {
      if (piece.length === chunk.length) return done();
      this.#pending = { chunk: chunk.subarray(piece.length), done };
      this.#send();
    });
  }
}

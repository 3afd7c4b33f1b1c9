import type { Duplex, Readable, Writable } from 'node:stream';
import { McpcatError, messageOf } from '../lib/errors.ts';
import { Addresses } from './addresses.ts';
import type { OnAttempt } from './attempt.ts';
import { Brake } from './brake.ts';
import type { Channel, ChannelOwner } from './channel.ts';
import { Decoder } from './decoder.ts';
import type { Dial } from './dial.ts';
import { frameOf, helloFrame, ProtocolError, resetFrame, type Frame, type ResetReason } from './frames.ts';
import { incoming, wishOf, type Egress, type Wish } from './incoming.ts';
import { brokenStream, outgoing } from './outgoing.ts';
import type { Policy } from './policy.ts';
import type { RecordSource } from './records.ts';
import { Questions } from './questions.ts';
import { refusedPort } from './reports.ts';
import { Sink } from './sink.ts';
import { WindowPool } from './window.ts';

/** Streams at once, those included whose last bytes are still on their way. */
const maxStreams = 256;
/**
 * 256 streams × (64 KiB received + 32 KiB to be sent) and 4 MiB in the sink are 28 MiB; windows may grow by the rest
 * of the 32 MiB that a tunnel may hold.
 */
const windowGrowth = 4 * 1024 * 1024;

export interface TunnelOptions {
  /** stdout of the relay. */
  readonly input: Readable;
  /** stdin of the relay. Its end is the end of the lease: the server is stopped. */
  readonly output: Writable;
  readonly policy: Policy;
  readonly dial: Dial;
  readonly onAttempt?: OnAttempt;
  /** Milliseconds between two signs of life, for engines whose connections die silently; none if undefined. */
  readonly beat?: number | undefined;
  /** What the relay said last, for the reason of its end. */
  readonly lastWords?: () => string;
  /** Where records of permitted names come from; the system's DNS by default. */
  readonly records?: RecordSource | undefined;
}

/** Why there is no tunnel any more; the first reason is kept. */
export interface TunnelEnd {
  readonly kind: 'closed' | 'session-ended' | 'protocol';
  readonly message: string;
}

/**
 * The launcher's side of the only tunnel out of a container, over the standard streams of `mcpcat-init relay`.
 * Bounded in memory whatever the relay does; a relay that breaks the protocol loses the tunnel, not the launcher.
 *
 * ```
 *   opening ──READY──▶ ready ──close(), end of session, protocol error──▶ over
 * ```
 */
export class Tunnel {
  /** Rejects with `engine-failed` if the tunnel ends before it was ready. */
  readonly ready: Promise<void>;
  readonly ended: Promise<TunnelEnd>;
  readonly #input: Readable;
  readonly #output: Writable;
  readonly #egress: Egress;
  readonly #owner: ChannelOwner;
  readonly #sink: Sink;
  readonly #decoder = new Decoder('relay');
  readonly #live = new Map<number, Channel>();
  /** Ids that were in use at some time: late frames for them are no offence. */
  readonly #used = new Uint8Array(65_536);
  readonly #readiness = Promise.withResolvers<void>();
  readonly #over = Promise.withResolvers<TunnelEnd>();
  #phase: 'opening' | 'ready' | 'over' = 'opening';
  #taken = 0;
  readonly #questions: Questions;
  readonly #brake: Brake;
  #lastId = -1;
  readonly #beat: NodeJS.Timeout | undefined;

  constructor(options: TunnelOptions) {
    const { input, output, policy, dial, onAttempt = () => undefined, beat, lastWords } = options;
    this.ready = this.#readiness.promise;
    this.ended = this.#over.promise;
    this.ready.catch(() => undefined);
    this.#input = input;
    this.#output = output;
    this.#egress = { policy, dial, onAttempt, addresses: new Addresses(policy.names) };
    this.#sink = new Sink(output, () => this.#drained());
    this.#brake = new Brake(this.#sink);
    this.#questions = new Questions(this.#sink, this.#brake, {
      egress: this.#egress,
      records: options.records,
    });
    this.#owner = {
      sink: this.#sink,
      pool: new WindowPool(windowGrowth),
      haltAll: () => this.#live.forEach((channel) => channel.halt()),
      over: (id) => this.#live.delete(id),
    };
    this.#listen(lastWords);
    this.#sink.control(helloFrame(policy.ports));
    if (beat !== undefined)
      this.#beat = setInterval(() => this.#sink.control(frameOf('beat', 0)), beat).unref();
  }

  /** A connection to a port on 127.0.0.1 in the container; broken at once if there is no tunnel. */
  connect(port: number): Duplex {
    if (this.#phase !== 'ready') return brokenStream('there is no tunnel to the server');
    if (this.#taken >= maxStreams) return brokenStream(`${String(maxStreams)} connections are open already`);
    const id = this.#freeId();
    const { channel, stream } = outgoing({ id, port }, this.#owner, () => this.#taken--);
    this.#enter(id, channel);
    return stream;
  }

  /** Ends everything, the session of the relay included: with it the server, unless it has ended. */
  close(): void {
    this.#end({ kind: 'closed', message: 'the launcher closed it' });
    clearInterval(this.#beat);
    this.#input.destroy();
    this.#output.destroy();
  }

  #listen(lastWords: () => string = () => ''): void {
    const gone = (what: string): void => {
      const words = lastWords();
      this.#end({ kind: 'session-ended', message: words === '' ? what : `${what}: ${words}` });
    };
    this.#input.on('data', (chunk: Buffer) => this.#read(chunk));
    this.#input.once('end', () =>
      gone(this.#decoder.idle ? 'the relay ended' : 'the relay ended within a frame'),
    );
    this.#input.once('close', () => gone('the connection to the relay was closed'));
    this.#output.once('close', () => gone('the connection to the relay was closed'));
    for (const stream of [this.#input, this.#output])
      stream.on('error', (error) => gone(`the connection to the relay broke: ${messageOf(error)}`));
  }

  #read(chunk: Buffer): void {
    if (this.#phase === 'over') return;
    try {
      this.#decoder.feed(chunk, (frame) => this.#receive(frame));
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#end({ kind: 'protocol', message: `the relay broke the protocol: ${error.message}` });
    }
    if (this.#sink.flooded) this.#input.pause();
  }

  #receive(frame: Frame): void {
    if (this.#phase === 'over') return;
    if (this.#phase === 'opening') {
      if (frame.type !== 'ready') throw new ProtocolError(`${frame.type.toUpperCase()} before READY`);
      this.#phase = 'ready';
      return this.#readiness.resolve();
    }
    if (frame.type === 'ready') throw new ProtocolError('READY twice');
    if (frame.type === 'open') this.#open(frame);
    else if (!this.#questions.take(frame)) this.#pass(frame);
  }

  #open({ stream: id, payload }: Frame): void {
    if (id % 2 === 1) throw new ProtocolError(`OPEN of stream ${String(id)}, an id of the launcher's`);
    if (this.#live.has(id)) throw new ProtocolError(`OPEN of stream ${String(id)}, which is in use`);
    const wish = wishOf(id, payload, this.#egress);
    const permission = this.#egress.policy.permits(wish.name, wish.port);
    if (permission.verdict === 'refused') this.#refuse(wish, 'refused', permission.reason);
    else if (this.#taken >= maxStreams)
      this.#refuse(wish, 'limit', `${String(maxStreams)} connections are open already`);
    else
      this.#enter(
        id,
        incoming(wish, this.#owner, this.#egress, () => this.#taken--),
      );
  }

  /** Costs as little as it can: a server may try without end. */
  #refuse({ id, name, port }: Wish, why: ResetReason, reason: string): void {
    this.#used[id] = 1;
    this.#brake.answer(resetFrame(id, why));
    this.#egress.onAttempt(refusedPort({ name, port, reason, limit: why === 'limit' }));
  }

  #enter(id: number, channel: Channel): void {
    this.#used[id] = 1;
    this.#taken++;
    this.#live.set(id, channel);
  }

  #pass(frame: Frame): void {
    const channel = this.#live.get(frame.stream);
    if (channel !== undefined) return channel.receive(frame);
    if (this.#used[frame.stream] !== 1)
      throw new ProtocolError(
        `${frame.type.toUpperCase()} on stream ${String(frame.stream)}, which never was`,
      );
  }

  /** Odd, round robin: late frames of an old stream meet no new one. */
  #freeId(): number {
    do this.#lastId = (this.#lastId + 2) % 65_536;
    while (this.#live.has(this.#lastId));
    return this.#lastId;
  }

  #drained(): void {
    if (this.#phase === 'over') return;
    if (this.#input.isPaused() && !this.#sink.flooded) this.#input.resume();
    for (const channel of this.#live.values()) channel.pump();
  }

  #end(end: TunnelEnd): void {
    if (this.#phase === 'over') return;
    this.#phase = 'over';
    // Without this the server's open connections would wait for an answer that never comes.
    if (end.kind === 'protocol')
      for (const id of this.#live.keys()) this.#sink.control(resetFrame(id, 'protocol'));
    for (const channel of [...this.#live.values()]) channel.abandon();
    this.#input.pause();
    if (end.kind === 'session-ended') clearInterval(this.#beat);
    this.#readiness.reject(
      new McpcatError('engine-failed', `the tunnel of the server did not open: ${end.message}`),
    );
    this.#over.resolve(end);
  }
}

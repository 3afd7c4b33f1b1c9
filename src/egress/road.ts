import type { Duplex, Readable, Writable } from 'node:stream';
import { McpcatError, messageOf } from '../lib/errors.ts';
import { Addresses } from './addresses.ts';
import { attemptOf, type OnAttempt } from './attempt.ts';
import type { Channel, ChannelOwner } from './channel.ts';
import { Decoder } from './decoder.ts';
import type { Dial } from './dial.ts';
import {
  answerFrame,
  destinationOf,
  frameOf,
  helloFrame,
  ProtocolError,
  resetFrame,
  type Frame,
} from './frames.ts';
import { incoming, type Egress } from './incoming.ts';
import { brokenStream, outgoing } from './outgoing.ts';
import type { Policy } from './policy.ts';
import { Sink } from './sink.ts';
import { WindowPool } from './window.ts';

/** Streams at once, those included whose last bytes are still on their way. */
const mostStreams = 256;
/**
 * 256 streams × (64 KiB received + 32 KiB to be sent) and 4 MiB in the sink are 28 MiB; windows may grow by the rest
 * of the 32 MiB that a road may hold.
 */
const windowGrowth = 4 * 1024 * 1024;

export interface RoadOptions {
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
}

/** Why there is no road any more; the first reason is kept. */
export interface RoadEnd {
  readonly kind: 'closed' | 'session-ended' | 'protocol';
  readonly message: string;
}

/**
 * The launcher's side of the only road out of a container, over the standard streams of `mcpcat-init relay`.
 * Bounded in memory whatever the relay does; a relay that breaks the protocol loses the road, not the launcher.
 *
 * ```
 *   opening ──READY──▶ ready ──close(), end of session, protocol error──▶ over
 * ```
 */
export class Road {
  /** Rejects with `engine-failed` if the road ends before it was ready. */
  readonly ready: Promise<void>;
  readonly ended: Promise<RoadEnd>;
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
  readonly #over = Promise.withResolvers<RoadEnd>();
  #phase: 'opening' | 'ready' | 'over' = 'opening';
  #taken = 0;
  #lastId = -1;
  readonly #beat: NodeJS.Timeout | undefined;

  constructor({ input, output, policy, dial, onAttempt = () => undefined, beat, lastWords }: RoadOptions) {
    this.ready = this.#readiness.promise;
    this.ended = this.#over.promise;
    this.ready.catch(() => undefined);
    this.#input = input;
    this.#output = output;
    this.#egress = { policy, dial, onAttempt, addresses: new Addresses(policy.names) };
    this.#sink = new Sink(output, () => this.#drained());
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

  /** A connection to a port on 127.0.0.1 in the container; broken at once if there is no road. */
  connect(port: number): Duplex {
    if (this.#phase !== 'ready') return brokenStream('there is no road to the server');
    if (this.#taken >= mostStreams)
      return brokenStream(`${String(mostStreams)} connections are open already`);
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
    if (frame.type === 'lookup') this.#answer(frame);
    else if (frame.type === 'open') this.#open(frame);
    else this.#pass(frame);
  }

  /** Consults the table and nothing else: a name that is not permitted reaches no resolver. */
  #answer({ stream: query, payload }: Frame): void {
    const name = payload.toString('latin1');
    const { policy, addresses, onAttempt } = this.#egress;
    const known = policy.knows(name);
    const address = known ? addresses.addressOf(name) : undefined;
    this.#sink.control(answerFrame(query, address));
    const reason = known ? 'too many different names' : 'the name is not permitted';
    const outcome =
      address === undefined ? ({ verdict: 'refused', reason } as const) : ({ verdict: 'permitted' } as const);
    onAttempt(attemptOf({ what: 'lookup', name, ...outcome }));
  }

  #open({ stream: id, payload }: Frame): void {
    if (id % 2 === 1) throw new ProtocolError(`OPEN of stream ${String(id)}, an id of the launcher's`);
    if (this.#live.has(id)) throw new ProtocolError(`OPEN of stream ${String(id)}, which is in use`);
    if (this.#taken >= mostStreams) this.#refuse(id, payload);
    else
      this.#enter(
        id,
        incoming({ id, payload }, this.#owner, this.#egress, () => this.#taken--),
      );
  }

  #refuse(id: number, payload: Buffer): void {
    this.#used[id] = 1;
    this.#sink.control(resetFrame(id, 'limit'));
    const { address, port } = destinationOf(payload);
    const name = this.#egress.addresses.nameOf(address) ?? address;
    const reason = `${String(mostStreams)} connections are open already`;
    this.#egress.onAttempt(attemptOf({ what: 'connection', name, port, verdict: 'refused', reason }));
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

  #end(end: RoadEnd): void {
    if (this.#phase === 'over') return;
    this.#phase = 'over';
    // Without this the server's open connections would wait for an answer that never comes.
    if (end.kind === 'protocol')
      for (const id of this.#live.keys()) this.#sink.control(resetFrame(id, 'protocol'));
    for (const channel of [...this.#live.values()]) channel.abandon();
    this.#input.pause();
    if (end.kind === 'session-ended') clearInterval(this.#beat);
    this.#readiness.reject(
      new McpcatError('engine-failed', `the road of the server did not open: ${end.message}`),
    );
    this.#over.resolve(end);
  }
}

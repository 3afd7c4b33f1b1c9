import type { Duplex } from 'node:stream';
import { ProtocolError, resetFrame, type Frame, type ResetReason } from './frames.ts';
import type { FirstFlight } from './first-flight.ts';
import { Inflow, type FlightGuard } from './inflow.ts';
import { Outflow } from './outflow.ts';
import { codeOrMessage } from './resolver.ts';
import type { Sink } from './sink.ts';
import type { WindowPool } from './window.ts';

/** Milliseconds for the last bytes of a stream that is over for the relay. */
const lingerTime = 30_000;

/** What a stream asks of, and tells to, its tunnel. */
export interface ChannelOwner {
  readonly sink: Sink;
  readonly pool: WindowPool;
  /** The sink is full: all streams wait. */
  haltAll(): void;
  /** The relay has no more to do with it: its id may be used again. */
  over(id: number): void;
}

interface Ends {
  /** Looks at the first bytes of the relay's side before the peer gets them. */
  readonly flight?: FirstFlight | undefined;
  /** It did not like them: the stream was reset. */
  readonly onFlightRefused?: FlightGuard['onRefused'];
  /** The relay's OPENED or RESET for a stream that the launcher opened. */
  readonly onOpened?: () => void;
  /** The relay has no more to do with it. Called once, before `onGone`. */
  readonly onOver: () => void;
  /** Nothing of it is left. Called once. */
  readonly onGone: () => void;
}

/**
 * One stream. Whoever leads it there, the peer is a Duplex: a socket to a host, or one half of a pair.
 *
 * ```
 *   opening ──open(peer)──▶ open ──both sent END──▶ over ──peer closed──▶ gone
 *      └────────────────────RESET, peer closed──────▲
 * ```
 */
export class Channel {
  readonly #id: number;
  readonly #owner: ChannelOwner;
  readonly #ends: Ends;
  #state: 'opening' | 'open' | 'over' | 'gone' = 'opening';
  #peer: Duplex | undefined;
  #inflow: Inflow | undefined;
  #outflow: Outflow | undefined;
  #endedEarly = false;
  #trouble: string | undefined;

  constructor(id: number, owner: ChannelOwner, ends: Ends) {
    this.#id = id;
    this.#owner = owner;
    this.#ends = ends;
  }

  /** Bytes into the container, bytes out of it, and what broke it, if anything did. */
  get totals(): {
    readonly bytesIn: number;
    readonly bytesOut: number;
    readonly trouble: string | undefined;
  } {
    return { bytesIn: this.#outflow?.bytes ?? 0, bytesOut: this.#inflow?.bytes ?? 0, trouble: this.#trouble };
  }

  /** Joins the stream with its peer. Of a stream that ended meanwhile, only the peer is left to be closed. */
  open(peer: Duplex): void {
    this.#peer = peer;
    peer.on('error', (error) => (this.#trouble ??= codeOrMessage(error)));
    peer.once('close', () => this.#peerClosed());
    if (peer.closed || this.#state !== 'opening') {
      peer.destroy();
      if (peer.closed) this.#peerClosed();
      return;
    }
    this.#state = 'open';
    const flow = { id: this.#id, peer, sink: this.#owner.sink };
    const { flight, onFlightRefused } = this.#ends;
    this.#inflow = new Inflow(flow, this.#owner.pool, {
      flight,
      onRefused: (refused) => {
        onFlightRefused?.(refused);
        this.#refuseOpen();
      },
    });
    this.#outflow = new Outflow(flow, { onEnd: () => this.#settle(), onFull: () => this.#owner.haltAll() });
    if (this.#endedEarly) this.#end();
  }

  /** There will be no peer: tells the relay why. */
  refuse(reason: ResetReason): void {
    if (this.#state === 'opening') this.#owner.sink.control(resetFrame(this.#id, reason));
    this.#finish();
    this.#gone();
  }

  /** What the relay sent first was not meant for this peer. */
  #refuseOpen(): void {
    if (this.#state !== 'open') return;
    this.#owner.sink.control(resetFrame(this.#id, 'refused'));
    this.abandon();
  }

  receive({ type, payload }: Frame): void {
    if (type === 'reset') this.abandon();
    else if (this.#state === 'opening') this.#receiveEarly(type);
    else if (type === 'data') this.#inflow?.receive(payload);
    else if (type === 'window') this.#outflow?.grant(payload.readUInt32BE());
    else if (type === 'end') this.#end();
    else throw new ProtocolError(`${type.toUpperCase()} on a stream that is open`);
  }

  /** Ends at once, without a word to the relay. */
  abandon(): void {
    this.#finish();
    this.#peer?.destroy();
  }

  pump(): void {
    this.#outflow?.pump();
  }

  halt(): void {
    this.#outflow?.halt();
  }

  #receiveEarly(type: Frame['type']): void {
    if (type === 'opened' && this.#ends.onOpened !== undefined) this.#ends.onOpened();
    else if (type === 'end' && this.#ends.onOpened === undefined && !this.#endedEarly)
      this.#endedEarly = true;
    else throw new ProtocolError(`${type.toUpperCase()} on a stream that is not open yet`);
  }

  #end(): void {
    this.#inflow?.end();
    this.#settle();
  }

  /** Over when both sides have sent END; what is still on its way to the peer gets its time. */
  #settle(): void {
    if (this.#state !== 'open' || !this.#outflow?.ended) return;
    const closed = this.#peer?.closed ?? true;
    if (!this.#inflow?.ended && !closed) return;
    if (!this.#inflow?.ended) this.#owner.sink.control(resetFrame(this.#id, 'closed'));
    this.#finish();
    if (closed) return this.#gone();
    const timer = setTimeout(() => this.#peer?.destroy(), lingerTime).unref();
    this.#peer?.once('close', () => clearTimeout(timer));
  }

  #peerClosed(): void {
    // What it had sent before is still waiting for credit: delivered first, then settled.
    if (this.#state === 'open' && this.#outflow?.draining && this.#trouble === undefined) return;
    if (this.#state === 'open' || this.#state === 'opening')
      this.#owner.sink.control(resetFrame(this.#id, 'closed'));
    this.#finish();
    this.#gone();
  }

  #finish(): void {
    if (this.#state !== 'opening' && this.#state !== 'open') return;
    this.#state = 'over';
    this.#owner.over(this.#id);
    this.#ends.onOver();
  }

  #gone(): void {
    if (this.#state === 'gone') return;
    this.#state = 'gone';
    this.#inflow?.release();
    this.#ends.onGone();
  }
}

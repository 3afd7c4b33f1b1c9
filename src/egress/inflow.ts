import { ByteQueue, compact } from './byte-queue.ts';
import { ProtocolError, windowFrame } from './frames.ts';
import type { FirstFlight, FlightVerdict } from './first-flight.ts';
import type { Flow } from './outflow.ts';
import { ReceiveWindow, type WindowPool } from './window.ts';

type Refused = Extract<FlightVerdict, { readonly verdict: 'refused' }>;

export interface FlightGuard {
  readonly flight?: FirstFlight | undefined;
  /** Called once, with the whole of what came kept back. */
  readonly onRefused?: (refused: Refused) => void;
}

/** From the relay to the peer. Holds no more than the window it has given, and returns credit as the peer takes. */
export class Inflow {
  readonly #flow: Flow;
  readonly #window: ReceiveWindow;
  readonly #queue = new ByteQueue();
  /** Bytes of the write the peer has not confirmed; one at a time, so that small pieces gather in the queue. */
  #writing = 0;
  #ended = false;
  #peerEnded = false;
  #bytes = 0;
  /** Looks at what comes first; nothing reaches the peer before it has decided. */
  #flight: FirstFlight | undefined;
  readonly #onRefused: (refused: Refused) => void;

  constructor(flow: Flow, pool: WindowPool, guard: FlightGuard = {}) {
    this.#flow = flow;
    this.#window = new ReceiveWindow(pool);
    this.#flight = guard.flight;
    this.#onRefused = guard.onRefused ?? (() => undefined);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The relay has sent END. */
  get ended(): boolean {
    return this.#ended;
  }

  receive(piece: Buffer): void {
    if (this.#ended) throw new ProtocolError('DATA after END');
    this.#window.receive(piece.length);
    this.#bytes += piece.length;
    if (this.#flight !== undefined) {
      this.#queue.push(piece);
      this.#judge(this.#flight.feed(piece));
    } else if (this.#writing === 0 && !this.#flow.peer.destroyed) this.#write([compact(piece)]);
    else this.#queue.push(piece);
  }

  end(): void {
    if (this.#ended) throw new ProtocolError('END after END');
    this.#ended = true;
    if (this.#flight !== undefined) this.#judge(this.#flight.end());
    this.#flush();
  }

  /** No more credit will be needed. */
  release(): void {
    this.#window.release();
  }

  #judge(verdict: FlightVerdict): void {
    if (verdict.verdict === 'more') return;
    if (verdict.verdict === 'refused') return this.#onRefused(verdict);
    this.#flight = undefined;
    this.#flush();
  }

  #flush(): void {
    const { peer } = this.#flow;
    if (this.#flight !== undefined || this.#writing > 0 || peer.destroyed) return;
    if (this.#queue.length > 0) this.#write(this.#queue.take());
    else if (this.#ended && !this.#peerEnded) {
      this.#peerEnded = true;
      peer.end();
    }
  }

  #write(pieces: readonly Buffer[]): void {
    const { peer } = this.#flow;
    const last = pieces.length - 1;
    this.#writing = pieces.reduce((sum, { length }) => sum + length, 0);
    if (last > 0) peer.cork();
    for (const [index, piece] of pieces.entries())
      peer.write(piece, index === last ? (error) => this.#written(error) : undefined);
    if (last > 0) peer.uncork();
  }

  #written(error: Error | null | undefined): void {
    const bytes = this.#writing;
    this.#writing = 0;
    // A failed write ends the peer, and with it the stream.
    if (error || this.#flow.peer.destroyed) return;
    const credit = this.#window.handOn(bytes, this.#queue.length === 0 ? 'drained' : 'behind');
    if (credit > 0 && !this.#ended) this.#flow.sink.control(windowFrame(this.#flow.id, credit));
    this.#flush();
  }
}

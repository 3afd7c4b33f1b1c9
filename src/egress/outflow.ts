import type { Duplex } from 'node:stream';
import { frameOf, initialWindow, maxPayloadBytes, ProtocolError } from './frames.ts';
import type { Sink } from './sink.ts';

/** With less credit nothing is read, so at most this much of a chunk has to wait here for more. */
const minCreditBytes = 32 * 1024;
const maxCreditBytes = 0xff_ff_ff_ff;
const none = Buffer.alloc(0);

/** What one stream needs of its tunnel. */
export interface Flow {
  readonly id: number;
  readonly peer: Duplex;
  readonly sink: Sink;
}

/** From the peer (a host, or our own client) to the relay: within the credit, and only as fast as the sink takes. */
export class Outflow {
  readonly #flow: Flow;
  readonly #onEnd: () => void;
  readonly #onFull: () => void;
  #credit = initialWindow;
  /** The rest of a chunk that the credit, or a full sink, did not let through. */
  #left: Buffer = none;
  #reading = true;
  #peerEnded = false;
  #endSent = false;
  #bytes = 0;

  constructor(flow: Flow, { onEnd, onFull }: { readonly onEnd: () => void; readonly onFull: () => void }) {
    this.#flow = flow;
    this.#onEnd = onEnd;
    this.#onFull = onFull;
    flow.peer.on('data', (chunk: Buffer) => {
      this.#left = this.#left.length === 0 ? chunk : Buffer.concat([this.#left, chunk]);
      this.pump();
    });
    flow.peer.once('end', () => {
      this.#peerEnded = true;
      this.pump();
    });
  }

  get bytes(): number {
    return this.#bytes;
  }

  get ended(): boolean {
    return this.#endSent;
  }

  /** The peer has ended, but not everything it sent is through. */
  get draining(): boolean {
    return this.#peerEnded && !this.#endSent;
  }

  grant(bytes: number): void {
    this.#credit += bytes;
    if (bytes === 0 || this.#credit > maxCreditBytes)
      throw new ProtocolError(`WINDOW of ${String(bytes)} bytes`);
    this.pump();
  }

  /** Sends what may be sent, and reads on or not. */
  pump(): void {
    if (this.#endSent) return;
    this.#sendLeft();
    if (this.#left.length === 0 && this.#peerEnded) this.#sendEnd();
    else this.#read(this.#left.length === 0 && this.#credit >= minCreditBytes && !this.#flow.sink.busy);
    if (this.#flow.sink.full) this.#onFull();
  }

  /** The sink is full: whatever this stream could do, it waits. */
  halt(): void {
    this.#read(false);
  }

  #sendLeft(): void {
    const { id, sink } = this.#flow;
    while (this.#left.length > 0 && this.#credit > 0 && !sink.full) {
      const piece = this.#left.subarray(0, Math.min(this.#credit, maxPayloadBytes));
      sink.data(id, piece);
      this.#bytes += piece.length;
      this.#credit -= piece.length;
      this.#left = this.#left.subarray(piece.length);
    }
    if (this.#left.length === 0) this.#left = none;
  }

  #sendEnd(): void {
    this.#endSent = true;
    this.#flow.sink.control(frameOf('end', this.#flow.id));
    this.#onEnd();
  }

  #read(wanted: boolean): void {
    if (wanted === this.#reading) return;
    this.#reading = wanted;
    if (wanted) this.#flow.peer.resume();
    else this.#flow.peer.pause();
  }
}

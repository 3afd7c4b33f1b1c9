import { initialWindow, ProtocolError } from './frames.ts';

const maxWindowBytes = 1024 * 1024;
/** Credit goes back in no smaller portions, unless the window itself is the smaller one. */
const minReturnBytes = 32 * 1024;

/** Bytes by which windows may grow beyond their initial size, all streams of a tunnel together. */
export class WindowPool {
  #left: number;

  constructor(bytes: number) {
    this.#left = bytes;
  }

  /** As much of `wanted` as there is. */
  take(wanted: number): number {
    const taken = Math.min(wanted, this.#left);
    this.#left -= taken;
    return taken;
  }

  giveBack(bytes: number): void {
    this.#left += bytes;
  }
}

/** What the far side may still send on one stream: the bound of what can pile up here. */
export class ReceiveWindow {
  readonly #pool: WindowPool;
  #size = initialWindow;
  #open = initialWindow;
  #handedOn = 0;

  constructor(pool: WindowPool) {
    this.#pool = pool;
  }

  /** Counts what arrived; throws ProtocolError beyond the credit. */
  receive(bytes: number): void {
    if (bytes > this.#open)
      throw new ProtocolError(`${String(bytes)} bytes of DATA with a credit of ${String(this.#open)}`);
    this.#open -= bytes;
  }

  /**
   * Counts what the reader has taken; answers the credit to return now, or 0. A stream that used up most of its
   * window although the reader keeps up (`drained`) gets a wider one, while the pool lasts.
   */
  handOn(bytes: number, reader: 'drained' | 'behind'): number {
    this.#handedOn += bytes;
    if (this.#handedOn < Math.max(minReturnBytes, this.#size / 4)) return 0;
    if (reader === 'drained' && this.#open < this.#size / 2) {
      const growth = this.#pool.take(Math.min(this.#size, maxWindowBytes - this.#size));
      this.#size += growth;
      this.#handedOn += growth;
    }
    const credit = this.#handedOn;
    this.#open += credit;
    this.#handedOn = 0;
    return credit;
  }

  release(): void {
    this.#pool.giveBack(this.#size - initialWindow);
    this.#size = initialWindow;
  }
}

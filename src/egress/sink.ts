import type { Writable } from 'node:stream';
import { frameHeader } from './frames.ts';

/** Bytes waiting for the far side: from `busy` on a writer waits for its turn, from `full` on everyone does. */
const busyBytes = 256 * 1024;
const fullBytes = 4 * 1024 * 1024;
/** Answers that the far side does not take: beyond this it gets no further hearing until it has read. */
const maxControlBytes = 256 * 1024;

/**
 * The tunnel's way out. Never refuses, so its users ask `busy` and `full` first; frames of one turn of the event loop
 * go out in one system call.
 */
export class Sink {
  readonly #output: Writable;
  readonly #onDrain: () => void;
  readonly #busyBytes: number;
  #corked = false;
  #control = 0;
  #pending: Buffer[] = [];

  /** `onDrain` is called when everything has been taken after `busy` or `flooded` was true. */
  constructor(output: Writable, onDrain: () => void) {
    this.#output = output;
    this.#onDrain = onDrain;
    // Below the stream's own mark it would never tell of its drain.
    this.#busyBytes = Math.max(busyBytes, output.writableHighWaterMark);
    output.on('drain', onDrain);
  }

  get busy(): boolean {
    return this.#output.writableLength >= this.#busyBytes;
  }

  get full(): boolean {
    return this.#output.writableLength >= fullBytes;
  }

  /** Answers pile up: the far side asks and does not read. */
  get flooded(): boolean {
    return this.#control >= maxControlBytes;
  }

  /** A frame that is not data. Those of one turn are written as one: thousands of answers a second are no rarity. */
  control(frame: Buffer): void {
    this.#control += frame.length;
    this.#pending.push(frame);
    this.#cork();
  }

  data(stream: number, payload: Buffer): void {
    this.#cork();
    this.#writeControl();
    this.#output.write(frameHeader('data', stream, payload.length));
    this.#output.write(payload);
  }

  #writeControl(): void {
    const [first] = this.#pending;
    if (first === undefined) return;
    const frames = this.#pending.length === 1 ? first : Buffer.concat(this.#pending);
    this.#pending = [];
    this.#output.write(frames, () => {
      const flooded = this.flooded;
      this.#control -= frames.length;
      if (flooded && !this.flooded) this.#onDrain();
    });
  }

  #cork(): void {
    if (this.#corked) return;
    this.#corked = true;
    this.#output.cork();
    process.nextTick(() => {
      this.#corked = false;
      this.#writeControl();
      this.#output.uncork();
    });
  }
}

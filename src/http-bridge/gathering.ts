import { ByteQueue } from '../egress/byte-queue.ts';
import type { Allowance } from './allowance.ts';

/** Longest message, in bytes. */
export const longestMessage = 64 * 1024 * 1024;

/** A message became longer than it may, or all of them together did. */
export class TooLong extends Error {}

/** The pieces of a message that is not complete yet. */
export class Gathering {
  readonly #allowance: Allowance;
  #queue = new ByteQueue();

  constructor(allowance: Allowance) {
    this.#allowance = allowance;
  }

  get length(): number {
    return this.#queue.length;
  }

  /** Throws TooLong. */
  add(piece: Buffer): void {
    if (piece.length === 0) return;
    const room = this.#queue.length + piece.length <= longestMessage && this.#allowance.take(piece.length);
    if (!room) throw new TooLong(`a message of more than ${String(longestMessage / 1024 ** 2)} MB`);
    this.#queue.push(piece);
  }

  /** Everything so far, in one piece; begins anew. */
  take(): Buffer {
    const { length } = this.#queue;
    const pieces = this.#queue.take();
    this.#allowance.give(length);
    return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces, length);
  }

  drop(): void {
    this.#allowance.give(this.#queue.length);
    this.#queue = new ByteQueue();
  }
}

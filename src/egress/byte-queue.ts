const blockBytes = 16_384;

/** True for a view of a much bigger chunk, which must not outlive that chunk's turn. */
function isSmallView(piece: Buffer): boolean {
  return piece.length * 2 < piece.buffer.byteLength;
}

/** The same bytes, holding no more memory than about twice their number. */
export function compact(piece: Buffer): Buffer {
  return isSmallView(piece) ? Buffer.from(piece) : piece;
}

/**
 * Bytes that wait for a slow reader. Big pieces are kept as they are, small ones are copied together: a flood of
 * one-byte frames must not hold an object, or the 64 KiB chunk it is a view of, for each byte.
 */
export class ByteQueue {
  #pieces: Buffer[] = [];
  /** The last piece while it has room. */
  #block: Buffer | undefined;
  #filled = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(piece: Buffer): void {
    this.#length += piece.length;
    if (!isSmallView(piece)) {
      this.#seal();
      this.#pieces.push(piece);
      return;
    }
    for (let at = 0; at < piece.length;) {
      this.#block ??= Buffer.allocUnsafeSlow(Math.max(blockBytes, piece.length - at));
      const taken = piece.copy(this.#block, this.#filled, at);
      this.#filled += taken;
      at += taken;
      if (this.#filled === this.#block.length) this.#seal();
    }
  }

  /** Everything, in order; the queue is empty then. */
  take(): readonly Buffer[] {
    this.#seal();
    const taken = this.#pieces;
    this.#pieces = [];
    this.#length = 0;
    return taken;
  }

  #seal(): void {
    if (this.#block !== undefined) this.#pieces.push(this.#block.subarray(0, this.#filled));
    this.#block = undefined;
    this.#filled = 0;
  }
}

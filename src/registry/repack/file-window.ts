import type { FileHandle } from 'node:fs/promises';

const windowBytes = 1 << 20;

/** Reads a file at any place through one window, so that thousands of small reads are few calls. */
export class FileWindow {
  readonly #file: FileHandle;
  readonly #window = Buffer.allocUnsafe(windowBytes);
  #start = 0;
  #length = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Up to `length` bytes (at most a window) from `offset`; fewer at the end of the file. Valid until the next call. */
  async read(offset: number, length: number): Promise<Buffer> {
    if (offset < this.#start || offset + length > this.#start + this.#length) await this.#fill(offset);
    const from = offset - this.#start;
    return this.#window.subarray(from, Math.min(from + length, this.#length));
  }

  /** A range in pieces that stay valid; fewer bytes than asked for at the end of the file. */
  async *range(offset: number, length: number): AsyncGenerator<Buffer> {
    for (let at = offset; at < offset + length;) {
      const piece = await this.read(at, Math.min(windowBytes, offset + length - at));
      if (piece.length === 0) return;
      yield Buffer.from(piece);
      at += piece.length;
    }
  }

  async #fill(offset: number): Promise<void> {
    this.#start = offset;
    this.#length = 0;
    while (this.#length < windowBytes) {
      const { bytesRead } = await this.#file.read(
        this.#window,
        this.#length,
        windowBytes - this.#length,
        offset + this.#length,
      );
      if (bytesRead === 0) return;
      this.#length += bytesRead;
    }
  }
}

import type { Writable } from 'node:stream';

/** Lines to the client: whole, in the order in which they come. */
export class Output {
  readonly #stream: Writable;
  #drained: Promise<void> | undefined;

  constructor(stream: Writable) {
    this.#stream = stream;
  }

  /** Resolves when the client is ready for more, or gone. */
  async line(text: Buffer): Promise<void> {
    if (this.#stream.destroyed || this.#stream.writableEnded) return;
    this.#stream.write(text);
    if (!this.#stream.write('\n')) await (this.#drained ??= this.#drain());
  }

  async #drain(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#stream.once('drain', resolve);
      this.#stream.once('close', resolve);
    });
    this.#drained = undefined;
  }
}

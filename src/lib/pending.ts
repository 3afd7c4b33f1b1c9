/** Work that nobody waits for but at the end. */
export class Pending {
  readonly #all = new Set<Promise<void>>();

  add(work: Promise<void>): void {
    const over = work.finally(() => this.#all.delete(over));
    this.#all.add(over);
  }

  /** Resolves when all that is at work now is over. */
  async settled(): Promise<void> {
    await Promise.all(this.#all);
  }
}

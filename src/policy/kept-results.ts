/** How much one process keeps of results that were cut, for `resources/read`. */
export interface KeptResultsLimits {
  readonly maxBytes: number;
  readonly maxCount: number;
  /** Whether a client can be given it in one piece. */
  readonly isReadable: (json: string) => boolean;
}

/** Of the addresses of results that were cut. */
export const keptResultScheme = 'mcpcat-result:';

/**
 * Whole results, the newest ones as far as they fit: `keep` is the `KeepResult` of `limitedResult`, `read` answers
 * `resources/read`. Those of all sessions lie side by side: `newId` must not be guessable, so that no session reads
 * another's.
 */
export class KeptResults {
  readonly #limits: KeptResultsLimits;
  readonly #newId: () => string;
  readonly #kept = new Map<string, string>();
  #bytes = 0;

  constructor(limits: KeptResultsLimits, newId: () => string) {
    this.#limits = limits;
    this.#newId = newId;
  }

  readonly keep = (json: string): string | undefined => {
    const bytes = Buffer.byteLength(json);
    if (bytes > this.#limits.maxBytes || !this.#limits.isReadable(json)) return undefined;
    const address = `${keptResultScheme}${this.#newId()}`;
    this.#kept.set(address, json);
    this.#bytes += bytes;
    this.#forgetOldest();
    return address;
  };

  /** The whole result as JSON; undefined if there never was one of this address, or it made room for newer ones. */
  read(address: string): string | undefined {
    return this.#kept.get(address);
  }

  #forgetOldest(): void {
    for (const [address, json] of this.#kept) {
      if (this.#bytes <= this.#limits.maxBytes && this.#kept.size <= this.#limits.maxCount) return;
      this.#kept.delete(address);
      this.#bytes -= Buffer.byteLength(json);
    }
  }
}

/**
 * The rules by which one ecosystem orders its versions. Pure: nothing here asks a registry. Texts that are no versions
 * never throw: they are not valid, satisfy nothing and sort below every version.
 */
export interface Versioning {
  readonly isVersion: (text: string) => boolean;
  /** Finished: neither a pre-release nor a development snapshot (Go: nor a pseudo-version). */
  readonly isStable: (version: string) => boolean;
  /** Negative if `a` is older than `b`, 0 if they are the same release. */
  readonly compare: (a: string, b: string) => number;
  /** A range that can be read; anything else would match nothing without a word. */
  readonly isRange: (text: string) => boolean;
  /** Whether the version lies in the range. A pre-release does only if the range itself names one. */
  readonly satisfies: (version: string, range: string) => boolean;
  /** The range is one version and no other: somebody has pinned it. */
  readonly isExact: (range: string) => boolean;
}

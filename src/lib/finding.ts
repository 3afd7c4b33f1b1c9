/** Something is wrong with, or worth knowing about, a server: returned as data, never thrown. */
export interface Finding {
  /** A key of `findingKinds` in `src/smoke/finding-kinds.ts`; each has a page in `docs/findings/`. */
  readonly kind: string;
  /** error: the test fails. warning: shown. info: recorded only. */
  readonly severity: 'error' | 'warning' | 'info';
  /** One line in plain words, with the value that was found. */
  readonly message: string;
  /** Lines of evidence: non-protocol output, paths, log tail. */
  readonly evidence?: readonly string[];
  /** Set when the entry declares an exception for this kind: its reason; severity is then lowered to info. */
  readonly excused?: string;
}

/** What one run found on an engine (recorded.json). */
export interface Recorded {
  /** ISO 8601. */
  readonly date: string;
  readonly facts: {
    readonly name: string;
    readonly version: string;
    readonly apiVersion: string;
    readonly storageDriver: string;
    readonly cgroupVersion: string;
    readonly rootless: boolean;
    /** Whether a server's errors can be followed. */
    readonly logs?: 'followed' | 'refused';
    /** Of a small image built there. */
    readonly digest?: string;
    /** Manifest digests of bases that a plain user made there, the first engine's own: by `python-runtime`. */
    readonly bases?: Readonly<Record<string, string>>;
    /** It was reached over ssh and over TLS too. */
    readonly elsewhere?: true;
    /** Nothing is started there, because of this. */
    readonly refuses?: string;
  };
  /** Tests. */
  readonly passed: number;
  readonly failed: readonly string[];
}

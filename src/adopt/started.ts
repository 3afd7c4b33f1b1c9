/** What a client's entry starts, as far as its words tell. */
export interface StartedServer {
  /** `npm:NAME`, `pypi:NAME`, `go:PATH` as it was written, `image:REFERENCE`, or `program:NAME`. */
  readonly source: string;
  /** A version or range that was asked for. */
  readonly version: string | undefined;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Folders that a container of its own was given: target inside → folder of this machine. */
  readonly folders: ReadonlyMap<string, string>;
  /** Volumes that it kept data in. */
  readonly volumes: readonly string[];
}

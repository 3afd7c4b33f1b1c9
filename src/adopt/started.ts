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
  /** Those of them that it could only read. */
  readonly readOnly: ReadonlySet<string>;
  /** Volumes that it kept data in. */
  readonly volumes: readonly string[];
  /** Files that its container read settings from. */
  readonly envFiles: readonly string[];
  /** Settings that whoever starts it has in their own environment, or the client keeps elsewhere. */
  readonly handedOn: readonly string[];
}

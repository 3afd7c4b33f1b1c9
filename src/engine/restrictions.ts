/** What its processes may do beyond an ordinary user's rights. A privileged container can't be said. */
export interface Security {
  /** No program gives more rights than whoever starts it has (set-uid, file capabilities). */
  readonly noNewPrivileges: boolean;
  /** Our own filter of system calls (src/engine/seccomp). */
  readonly seccomp: 'mcpcat';
  /** Those that are kept, without `CAP_`; all others are dropped. */
  readonly capabilities: readonly string[];
}

/** A folder in memory, always without set-uid, devices and execution. */
export interface TmpfsMount {
  readonly target: string;
  readonly bytes: number;
  /** An engine that can't give it an owner makes it root's, for everybody to write in (1777): there is one user. */
  readonly uid: number;
  readonly gid: number;
  /** Permission bits, as stat(2) has them; engines keep the image's own where it has such a folder (docs/facts.md). */
  readonly mode: number;
  readonly readOnly: boolean;
}

/**
 * What the engine has made of a container's settings and of what its image says: read back, because engines merge,
 * default and drop. Limits are 0 or negative where there is none.
 */
export interface RecordedSettings {
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** As the engine has it: `65532:65532`, or empty for root. */
  readonly user: string;
  /** Further groups. */
  readonly groups: readonly string[];
  readonly readOnlyRoot: boolean;
  readonly privileged: boolean;
  readonly noNewPrivileges: boolean;
  readonly seccomp: 'mcpcat' | 'engine-default' | 'other';
  /** Those that its processes may have, without `CAP_`. */
  readonly capabilities: readonly string[];
  readonly network: string;
  /** `unsaid` by an engine that records the same for all: what it makes is measured from inside (docs/engines.md). */
  readonly ipc: string;
  /** Other namespaces that are not its own, as the engine names them: `pid: host`. */
  readonly sharedNamespaces: readonly string[];
  readonly memoryBytes: number;
  /** Memory and swap together. */
  readonly memorySwapBytes: number;
  readonly nanoCpus: number;
  readonly pids: number;
  readonly nofile: number;
  readonly tmpfs: readonly TmpfsMount[];
  readonly mounts: readonly RecordedMount[];
  readonly devices: readonly string[];
  /** Of the engine, for instance `runc`; empty for its default. */
  readonly runtime: string;
  /** Commands that the engine runs inside, again and again. */
  readonly healthCheck: boolean;
  /** Undefined for the engine's default. */
  readonly stopSignal: string | undefined;
}

export interface RecordedMount {
  readonly kind: string;
  /** A path of the engine's host, or a volume's name. */
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
}

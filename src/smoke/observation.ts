import type { Entry } from '../catalog/entry.ts';
import type { HandshakeResult, ToolFacts } from '../mcp/handshake.ts';
import type { Finding } from '../lib/finding.ts';

/** Everything that was seen of one server, for the checks to judge. */
export interface Observation {
  readonly entry: Entry;
  readonly handshake: HandshakeResult;
  /** Last lines of stderr. */
  readonly stderr: readonly string[];
  /** Command lines while idle, process 1 excluded. */
  readonly processes: readonly string[];
  /** Bytes while idle. */
  readonly memory: number | undefined;
  /** Milliseconds from the end of its input to its end; undefined if it had to be killed from outside. */
  readonly exitMs: number | undefined;
  readonly exitCode: number | undefined;
  readonly outOfMemory: boolean;
  /** Paths changed in the container's own layer. */
  readonly changes: readonly string[];
  /** Of tools.json; undefined the first time. */
  readonly knownTools: readonly ToolFacts[] | undefined;
}

/** Judges one expectation; never prints or throws. */
export type Check = (seen: Observation) => Finding[];

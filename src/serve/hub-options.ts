import type { KeptLists } from './kept-lists.ts';
import type { OnCall, Policy } from './policy.ts';
import type { Limits } from './start-limits.ts';
import type { ServedServer } from './served-server.ts';

export interface HubOptions {
  /** In the order in which clients are shown them. */
  readonly servers: readonly ServedServer[];
  /** What a profile permits; everything if undefined. */
  readonly policy?: Policy | undefined;
  /** What clients were shown of the same servers before; nothing if undefined. */
  readonly keptLists?: KeptLists | undefined;
  readonly onCall?: OnCall | undefined;
  /** One line for people: what could not be started, what a server offers that nobody has approved. */
  readonly say: (line: string) => void;
  /** Of mcpcat itself, as clients are told it. */
  readonly version: string;
  /** Milliseconds for a server's first answers; a minute if undefined. */
  readonly startTimeoutMs?: number;
  /** How many servers are started at a time, and run; `startLimits` if undefined. */
  readonly limits?: Limits;
}

import { defaultIdleMs } from '../serve/policy.ts';

/**
 * What a user lets the clients of one server do with it. Data; `decide`, `RateLimiter` and `limitedResult` apply it, and
 * whoever serves calls them. Every name of a tool is the server's own, without a prefix of ours.
 */
export interface ServerPolicy {
  readonly tools: ToolRules;
  /** Only tools whose annotations say `readOnlyHint: true`. A hint of the server's about itself: nothing enforces it. */
  readonly readOnly: boolean;
  /** After so long a call is cancelled and answered with an error. Undefined: the client's own timeout is the only one. */
  readonly timeoutMs: number | undefined;
  readonly results: ResultRules;
  /** Of one server, all its tools and sessions together. Undefined: no limit. */
  readonly callsPerMinute: number | undefined;
  /** A server that nobody has called for so long is put to sleep. */
  readonly idleMs: number;
}

/** Patterns: a tool's whole name, where `*` stands for any characters, none too. */
export interface ToolRules {
  /** Undefined: all but those denied. */
  readonly allow: readonly string[] | undefined;
  /** Counts more than `allow`. */
  readonly deny: readonly string[];
}

export interface ResultRules {
  /** Of a result as JSON in UTF-8. */
  readonly maxBytes: number;
  /** `cut`: what fits, a note and where the whole is. `refuse`: an error. */
  readonly larger: 'cut' | 'refuse';
}

/**
 * Without another limit. From 10 MiB in one message on, clients of the TypeScript SDK (1.32, 2.4) end the connection on
 * stdio, and with it every server behind it: findings/ts-client-ten-megabytes.sh. The text around a result counts too.
 */
export const usualMaxBytes = 8 * 1024 ** 2;

/** Without a profile. */
export const openPolicy: ServerPolicy = {
  tools: { allow: undefined, deny: [] },
  readOnly: false,
  timeoutMs: undefined,
  results: { maxBytes: usualMaxBytes, larger: 'cut' },
  callsPerMinute: undefined,
  idleMs: defaultIdleMs,
};

import type { ScanRecord } from '../advisories/scan-record.ts';
import type { Release } from '../catalog/history.ts';
import type { Lock } from '../catalog/lock.ts';
import type { UpstreamRecord } from '../provenance/record.ts';
import type { ListedServer } from '../catalog-index/catalog-index.ts';

/** All that a score is made of. */
export interface ScoreFacts {
  readonly server: ListedServer;
  /** Undefined where only a catalog.json is there. */
  readonly lock: Lock | undefined;
  /** Undefined if nobody has looked for known holes. */
  readonly scan: ScanRecord | undefined;
  /** Undefined if upstream was never asked. */
  readonly upstream: UpstreamRecord | undefined;
  /** What each release offered, oldest first; none if nothing was recorded. */
  readonly history: readonly Release[];
  /** How many tools say whether they only read; undefined if no definitions were recorded. */
  readonly annotations: { readonly tools: number; readonly annotated: number } | undefined;
}

/** So many points of one line of a score, and why. */
export interface Points {
  readonly points: number;
  readonly because: string;
}

/** One line of the rubric. */
export interface ScoreLine {
  readonly what: string;
  /** The most that it can give. */
  readonly of: number;
  /** The file, or the part of it, that it is read from. */
  readonly source: string;
  /** As mcpcat starts it. */
  readonly sandboxed: (facts: ScoreFacts) => Points;
  /** As its own documentation has people start it: the package manager's runner, on the user's machine. */
  readonly alone: (facts: ScoreFacts) => Points;
}

export function points(value: number, because: string): Points {
  return { points: value, because };
}

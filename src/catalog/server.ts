import type { Entry } from './entry.ts';
import type { Lock } from './lock.ts';

/** One server of a catalog folder, parsed. */
export interface Server {
  readonly entry: Entry;
  /** Absolute path of `catalog/<name>`. */
  readonly folder: string;
  /** Undefined until `mcpcat update NAME` has run. */
  readonly lock: Lock | undefined;
}

import type { CatalogSource } from './catalog-source.ts';
import type { Entry } from './entry.ts';
import type { Lock } from './lock.ts';

/** One server of a catalog folder, parsed. */
export interface Server {
  readonly entry: Entry;
  /** Absolute path of `catalog/<name>`. */
  readonly folder: string;
  /** The catalog it is of, where that is not the folder above it: what came with a package is unpacked elsewhere. */
  readonly catalog?: CatalogSource | undefined;
  /** Undefined until `mcpcat update NAME` has run. */
  readonly lock: Lock | undefined;
}

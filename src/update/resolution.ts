import type { Source } from '../catalog/source.ts';
import type { Entry } from '../catalog/entry.ts';
import type { Lock } from '../catalog/lock.ts';
import type { Store } from '../fetch/store.ts';

/** What a resolver works with. */
export interface ResolveRequest {
  readonly entry: Entry;
  readonly source: Source;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly store: Store;
  /** Where tools are unpacked. */
  readonly cacheFolder: string;
  /** An empty folder, removed afterwards. */
  readonly folder: string;
  readonly templates: string;
  /** Dependencies published later are not taken either: they are hijacked more often than servers. */
  readonly before?: Date | undefined;
  /** PyPI only: what the server itself names stays at the major version of that day; what those name is free. */
  readonly majorsOf?: Date | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A lock and the ecosystem's own files that lie beside it. */
export interface Resolution {
  readonly lock: Lock;
  readonly files: Readonly<Record<string, string>>;
}

/** What is so of every server of a runtime. */
export interface RuntimeFacts {
  /**
   * Libraries of it read /etc/resolv.conf themselves and refuse an empty one (dnspython, those on hickory-dns). Node,
   * Go and the C libraries take an empty one for 127.0.0.1, as resolv.conf(5) says.
   */
  readonly readsResolvConf: boolean;
}

const node: RuntimeFacts = { readsResolvConf: false };
const python: RuntimeFacts = { readsResolvConf: true };
const go: RuntimeFacts = { readsResolvConf: false };
/** What works for all. */
const unknown: RuntimeFacts = { readsResolvConf: true };

/** By the ecosystem in an entry's `source` (`Source` in source.ts). */
const runtimes: ReadonlyMap<string | undefined, RuntimeFacts> = new Map([
  ['npm', node],
  ['pypi', python],
  ['go', go],
]);

/** Of the runtime that a `source` runs on. */
export function runtimeFacts(source: string): RuntimeFacts {
  return runtimes.get(source.split(':')[0]) ?? unknown;
}

/**
 * Docker test files that run while no other does. `reap` sets traps that any launch of `mcpcat run` would clear away.
 */
const alone = filesOf('reap');

/**
 * They run beside each other, but beside nothing else: `volumes` looks at all volumes of the engine, `chaos` cuts
 * connections at moments that it counts in milliseconds.
 */
const quiet = filesOf('chaos', 'volumes');

/** They mostly wait for what has to take its time: timeouts of the product, grace times, a server that is slow. */
const waiting = filesOf(
  'engine-killed',
  'fault',
  'redteam',
  'run',
  'sandbox-limits',
  'smoke',
  'suspended',
  'tunnel-verification',
  'unread',
);

/** Unit tests that do, by the folder or file that has a process of its own. */
const waitingUnits: ReadonlySet<string> = new Set([
  'test/catalog-index/quick-catalog-index.test.ts',
  'test/engine',
  'test/fetch',
  'test/launch',
  'test/lib',
  'test/session/faults.test.ts',
  'test/update/check.test.ts',
  'test/update/refusals.test.ts',
  'test/upstream',
]);

/** They start servers of the catalog itself, so they wait for the images of its sample; all others need the bases. */
const sampled = filesOf(
  'catalog',
  'clients',
  'git-owners',
  'http',
  'image',
  'many-folders',
  'registry',
  'serve',
);

/** All files that are named here. */
export const namedFiles: readonly string[] = [...alone, ...quiet, ...waiting, ...waitingUnits, ...sampled];

export type Lane = 'shared' | 'quiet' | 'alone';

export function laneOf(file: string): Lane {
  if (alone.has(file)) return 'alone';
  return quiet.has(file) ? 'quiet' : 'shared';
}

/** What a file does most of the time. Those that wait run beside those that compute, and leave them the processors. */
export type Load = 'computes' | 'waits';

export function loadOf(file: string): Load {
  return waiting.has(file) || waitingUnits.has(file) ? 'waits' : 'computes';
}

export function needsSample(file: string): boolean {
  return sampled.has(file);
}

function filesOf(...names: readonly string[]): ReadonlySet<string> {
  return new Set(names.map((name) => `test/docker/${name}.test.ts`));
}

/**
 * Docker test files that run while no other does. `reap` and `volumes` set traps that any launch of `mcpcat run` would
 * clear away, or look at all volumes of the engine; `chaos` cuts connections at moments that it counts in milliseconds.
 */
const alone = new Set(['chaos', 'reap', 'volumes'].map((name) => `test/docker/${name}.test.ts`));

/** Files of one lane never run at the same time: these have the same names for their fixture servers. */
const fixtureServers = new Set(
  ['engine-killed', 'fault', 'run', 'sandbox-verbs', 'smoke'].map((name) => `test/docker/${name}.test.ts`),
);

/** All files that the lanes name. */
export const namedFiles: readonly string[] = [...alone, ...fixtureServers];

/** What a file shares with others of its lane; undefined for one that runs beside any other. */
export function laneOf(file: string): 'alone' | 'fixtures' | undefined {
  if (alone.has(file)) return 'alone';
  return fixtureServers.has(file) ? 'fixtures' : undefined;
}

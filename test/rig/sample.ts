/**
 * The entries that `npm test` builds and verifies: one or two of each runtime, one with a Debian package, one with a
 * required secret. `npm run catalog` does all.
 */
export const sample = [
  'brave-search',
  'everything',
  'filesystem',
  'git',
  'github',
  'memory',
  'sequential-thinking',
  'time',
] as const;

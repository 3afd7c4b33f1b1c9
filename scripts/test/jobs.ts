import { dealt } from './deal.ts';
import { durations } from './durations.ts';
import type { Group } from './groups.ts';
import { laneOf, loadOf } from './lanes.ts';
import type { Job } from './run-jobs.ts';

/** Files that have a process each: they watch the memory of theirs, or take so long that others run meanwhile. */
export const apart: ReadonlySet<string> = new Set(
  [
    ...['egress/back-pressure', 'egress/hostile-relay', 'egress/throughput', 'egress/tunnel'],
    ...['update/check', 'update/refusals', 'update/scale'],
    ...['catalog-index/quick-catalog-index', 'session/faults'],
  ].map((name) => `test/${name}.test.ts`),
);

/** Seconds below which a folder is small, and how many processes all small ones share. */
const smallSeconds = 4;
const smallShares = 3;
/** Small, and not with others: OpenPGP accepts no signature in a process in which others' tests ran before. */
const ownProcess = 'test/debian';

/** Unit tests of one folder share a process, those of small folders with others; each docker test file has its own. */
export function jobsOf(group: Group, files: readonly string[]): Job[] {
  const seconds = durations();
  const batches = Object.groupBy(files, (file) => {
    const folder = file.split('/').slice(0, 2).join('/');
    return group === 'docker' || apart.has(file) ? file : folder;
  });
  const jobs = Object.entries(batches).map(([name, all = []]): Job => ({
    name,
    files: all,
    lane: laneOf(name),
    load: loadOf(name),
  }));
  const isSmall = ({ name }: Job): boolean =>
    group === 'unit' && name !== ownProcess && seconds(name) < smallSeconds;
  const inOrder = jobs.filter((job) => !isSmall(job)).toSorted((a, b) => seconds(b.name) - seconds(a.name));
  // All small ones together take long, and would be the last by their names.
  return [...shared(jobs.filter(isSmall), seconds), ...inOrder];
}

/** Starting Node and loading what they test takes longer than most small folders' tests. */
function shared(small: readonly Job[], seconds: (name: string) => number): Job[] {
  return Array.from({ length: smallShares }, (_, index) => {
    const share = dealt(small, { number: index + 1, of: smallShares }, seconds);
    const name = `${String(share.length)} small folders`;
    return { name, files: share.flatMap(({ files }) => files), lane: 'shared', load: 'computes' } as const;
  }).filter(({ files }) => files.length > 0);
}

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

/** Unit tests of one folder share a process, as a rule; each docker test file has its own. Longest first. */
export function jobsOf(group: Group, files: readonly string[]): Job[] {
  const seconds = durations();
  const batches = Object.groupBy(files, (file) => {
    const folder = file.split('/').slice(0, 2).join('/');
    return group === 'docker' || apart.has(file) ? file : folder;
  });
  return Object.entries(batches)
    .map(([name, all = []]) => ({ name, files: all, lane: laneOf(name), load: loadOf(name) }))
    .toSorted((a, b) => seconds(b.name) - seconds(a.name));
}

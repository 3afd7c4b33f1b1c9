import type { Group } from './groups.ts';
import type { Job } from './run-jobs.ts';

/** Folders whose tests watch the memory or the traffic of their own process. */
const apart = new Set(['test/egress']);

/** Unit tests of one folder share a process, unless they watch it; each docker test file has its own. */
export function jobsOf(group: Group, files: readonly string[]): Job[] {
  const folders = Object.groupBy(files, (file) => {
    const folder = file.split('/').slice(0, 2).join('/');
    return group === 'docker' || apart.has(folder) ? file : folder;
  });
  return Object.entries(folders).map(([name, all = []]) => ({ name, files: all }));
}

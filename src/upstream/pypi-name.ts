/**
 * How an index compares names of projects: no notice of case, and `-`, `_` and `.` are the same (PEP 503, and
 * packaging.python.org, name normalization).
 */
export function pypiName(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, '-');
}

import { McpcatError } from '../lib/errors.ts';
import { pool } from '../lib/pool.ts';
import { publishedAt, pypiProject, type PypiProject } from '../upstream/pypi.ts';
import { pep440 } from '../versioning/pep440.ts';
import type { ResolveRequest } from './resolution.ts';

/**
 * Constraints that hold what a project itself names at the major version which was the newest on a day: `mcp<2`. An old
 * release that says only `mcp>=1.2` then gets the newest of those that its author could have known to work.
 */
export async function heldMajors(request: ResolveRequest, { info }: PypiProject): Promise<string[]> {
  const { majorsOf } = request;
  if (majorsOf === undefined) return [];
  const names = namesIn(info.requires_dist ?? []);
  const held = await pool(names, 8, async (name) => {
    const bound = await boundOf(name, { request, day: majorsOf });
    return bound === undefined ? [] : [`${name}${bound}`];
  });
  return held.flat();
}

/** Without extras, and without what only an extra of the project itself draws in. */
export function namesIn(requirements: readonly string[]): string[] {
  const own = requirements.filter((line) => !/;.*\bextra\b/.test(line));
  return [...new Set(own.flatMap((line) => /^[A-Za-z0-9][A-Za-z0-9._-]*/.exec(line)?.[0] ?? []))];
}

async function boundOf(
  name: string,
  { request, day }: { request: ResolveRequest; day: Date },
): Promise<string | undefined> {
  try {
    const { releases } = await pypiProject(name, request);
    const known = Object.entries(releases).filter(([, files]) => {
      const time = Date.parse(publishedAt(files) ?? '');
      return files.length > 0 && time <= day.getTime();
    });
    return majorBound(known.map(([version]) => version));
  } catch (error) {
    // Whether it is needed at all on this platform is for the resolution to say.
    if (error instanceof McpcatError && error.code === 'package-unknown') return undefined;
    throw error;
  }
}

/** `<2` for a newest 1.9, `<0.5` for a newest 0.4.2: before 1.0 every minor version may break. */
export function majorBound(versions: readonly string[]): string | undefined {
  const stable = versions.filter((version) => pep440.isVersion(version) && pep440.isStable(version));
  const newest = stable.toSorted((a, b) => pep440.compare(a, b)).at(-1) ?? '';
  const [, major, minor = '0'] = /^v?(\d+)(?:\.(\d+))?/.exec(newest) ?? [];
  if (major === undefined || newest.includes('!')) return undefined;
  return major === '0' ? `<0.${String(Number(minor) + 1)}` : `<${String(Number(major) + 1)}`;
}

import { compareBuild, prerelease, satisfies, valid, validRange } from 'semver';
import type { Versioning } from './scheme.ts';

/** Semantic Versioning 2.0.0 with npm's ranges (docs.npmjs.com/cli/using-npm/semver). */
export const semver: Versioning = {
  isVersion: (text) => valid(text) !== null,
  isStable: (version) => valid(version) !== null && prerelease(version) === null,
  compare: compareSemver,
  isRange: (text) => validRange(text) !== null,
  satisfies: (version, range) => satisfies(version, range),
  isExact: (range) => valid(range) !== null,
};

/** What is no version comes first. */
export function compareSemver(a: string, b: string): number {
  const known = Number(valid(a) !== null) - Number(valid(b) !== null);
  if (known !== 0) return known;
  return valid(a) === null ? 0 : compareBuild(a, b);
}

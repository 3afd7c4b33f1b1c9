import { compare, explain, valid, validRange } from '@renovatebot/pep440';
import { liesInSpecifier } from './pep440-clause.ts';
import type { Versioning } from './scheme.ts';

/** PEP 440 and the version specifiers of packaging.python.org: epochs, post-releases, `~=`, `==1.*`, `===`. */
export const pep440: Versioning = {
  isVersion: (text) => valid(text) !== null,
  isStable: (version) => explain(version)?.is_prerelease === false,
  compare: (a, b) => {
    const known = Number(valid(a) !== null) - Number(valid(b) !== null);
    if (known !== 0) return known;
    return valid(a) === null ? 0 : compare(a, b);
  },
  isRange: (text) => validRange(specifier(text)),
  satisfies: (version, range) => {
    if (valid(version) === null || !validRange(specifier(range))) return false;
    const prereleases = namesPrerelease(range);
    if (!prereleases && explain(version)?.is_prerelease === true) return false;
    return liesInSpecifier(version, specifier(range));
  },
  isExact: (range) => {
    const single = /^(?:===?)?([^<>=~,*]+)$/.exec(range.trim());
    return single !== null && valid(single[1]?.trim() ?? '') !== null;
  },
};

/** `source: pypi:NAME@1.2` means `==1.2`. */
export function specifier(range: string): string {
  return valid(range.trim()) === null ? range : `==${range.trim()}`;
}

/** The newest in the range; only where no finished release lies in it, a pre-release. */
export function newestIn(versions: readonly string[], range: string): string | undefined {
  const wanted = specifier(range);
  const inside = versions.filter((version) => valid(version) !== null && liesInSpecifier(version, wanted));
  const usual = inside.filter((version) => pep440.satisfies(version, range));
  return (usual.length > 0 ? usual : inside).toSorted(compare).at(-1);
}

/** "Pre-releases of any kind are excluded unless the specifier names one" (packaging.python.org, handling of pre-releases). */
function namesPrerelease(range: string): boolean {
  return range
    .split(',')
    .map((clause) => clause.replace(/^\s*[<>=!~]*\s*/, '').trim())
    .some((version) => explain(version)?.is_prerelease === true);
}

import type { Source } from '../catalog/source.ts';
import type { Advisory } from '../forge/advisories.ts';
import type { Versioning } from '../versioning/scheme.ts';

/** A reviewed advisory about a server's own package. */
export interface KnownHole extends Advisory {
  readonly kind: Source['kind'];
}

interface Subject {
  readonly rules: Versioning;
  readonly version: string;
}

/**
 * Whether the version lies in the advisory's range, by the order of its ecosystem alone: the ranges of package managers
 * leave out pre-releases, which Go's pseudo-versions are as well, and a hole does not. What can't be read touches.
 */
export function touches(hole: KnownHole, { rules, version }: Subject): boolean {
  // A local version (1.0+cpu) is the release that it was built from.
  const found = hole.kind === 'pypi' ? version.replace(/\+.*$/, '') : version;
  return hole.vulnerable.split(',').every((clause) => {
    const [, operator = '', limit = ''] = /^\s*(<=|>=|<|>|=)\s*(\S+)\s*$/.exec(clause) ?? [];
    const bound = inEcosystem(limit, hole);
    return !rules.isVersion(bound) || holds(operator, rules.compare(found, bound));
  });
}

function holds(operator: string, order: number): boolean {
  return (
    (order < 0 && operator.includes('<')) ||
    (order > 0 && operator.includes('>')) ||
    (order === 0 && operator.includes('='))
  );
}

/** Advisories write Go's versions without their `v`. */
function inEcosystem(version: string, { kind }: KnownHole): string {
  return kind === 'go' && !version.startsWith('v') ? `v${version}` : version;
}

/** A release at or above the one that closes the hole, and not itself in the vulnerable range. */
export function closes(hole: KnownHole, { rules, version }: Subject): boolean {
  if (hole.patched === undefined || touches(hole, { rules, version })) return false;
  const patched = inEcosystem(hole.patched, hole);
  return rules.isVersion(patched) && rules.compare(version, patched) >= 0;
}

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

export function touches({ vulnerable, kind }: KnownHole, { rules, version }: Subject): boolean {
  // Advisories separate clauses by commas; npm's ranges, which Go uses here too, by spaces.
  return rules.satisfies(version, kind === 'pypi' ? vulnerable : vulnerable.replaceAll(',', ' '));
}

/** A release at or above the one that closes the hole, and not itself in the vulnerable range. */
export function closes(hole: KnownHole, { rules, version }: Subject): boolean {
  if (hole.patched === undefined || touches(hole, { rules, version })) return false;
  const patched = hole.kind === 'go' && !hole.patched.startsWith('v') ? `v${hole.patched}` : hole.patched;
  return rules.isVersion(patched) && rules.compare(version, patched) >= 0;
}

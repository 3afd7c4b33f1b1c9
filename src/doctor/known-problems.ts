import type { EngineInfo } from '../engine/engine.ts';
import type { Condition } from './condition.ts';

/** A fault of an engine that its maintainers have published and mended. */
interface KnownProblem {
  readonly engine: EngineInfo['name'];
  /** In the words of a person who may have that version. */
  readonly what: string;
  /** The first version of each line that no longer has it, newest line first; older lines never got it. */
  readonly mendedIn: readonly string[];
  readonly source: string;
}

/** Newest first. Only what was published with a version that mends it. */
export const knownProblems: readonly KnownProblem[] = [
  {
    engine: 'podman',
    what: "signatures of images can be got round, so a registry's image may not be the one that was signed",
    mendedIn: ['6.2.0', '5.8.3'],
    source: 'issue 12 of mcpcat',
  },
  {
    engine: 'podman',
    what: "a malformed image can take over the host's environment variables (CVE-2026-57231)",
    mendedIn: ['6.0.0', '5.8.4'],
    source: 'https://nvd.nist.gov/vuln/detail/CVE-2026-57231',
  },
  {
    engine: 'podman',
    what: 'a build that adds a malicious archive can copy files from outside its context (CVE-2026-44517)',
    mendedIn: ['5.8.3'],
    source: 'https://github.com/podman-container-tools/buildah/security/advisories/GHSA-49p4-px3h-rq49',
  },
  {
    engine: 'podman',
    what: 'a malicious image can make folders on the host through its working directory (CVE-2026-55686)',
    mendedIn: ['5.7.1'],
    source: 'https://github.com/podman-container-tools/podman/security/advisories/GHSA-q6r4-3wmg-fwcq',
  },
];

/** A warning for each known problem of this version: the engine works, and a newer one is safer. */
export function knownProblemsOf({ name, version }: Pick<EngineInfo, 'name' | 'version'>): Condition[] {
  return knownProblems
    .filter(({ engine, mendedIn }) => engine === name && !isMended(version, mendedIn))
    .map(({ what, mendedIn, source }) => ({
      kind: 'known-problem',
      status: 'warning',
      message: `${name} ${version}: ${what}`,
      hint: `update the engine to ${[...mendedIn].toReversed().join(' or ')} or later (${source})`,
    }));
}

/** Each line of versions is judged by its own; one between two lines by the newer. */
function isMended(version: string, mendedIn: readonly string[]): boolean {
  const [newest = ''] = mendedIn;
  if (!isBefore(version, newest)) return true;
  return mendedIn.some((from) => major(from) === major(version) && !isBefore(version, from));
}

function major(version: string): number {
  return numbersOf(version)[0] ?? 0;
}

function isBefore(version: string, other: string): boolean {
  const [mine, theirs] = [numbersOf(version), numbersOf(other)];
  const at = [0, 1, 2].find((index) => (mine[index] ?? 0) !== (theirs[index] ?? 0));
  return at !== undefined && (mine[at] ?? 0) < (theirs[at] ?? 0);
}

/** `5.4.2+ds1-2` → 5, 4, 2. */
function numbersOf(version: string): number[] {
  return (/^\d+(?:\.\d+)*/.exec(version)?.[0] ?? '').split('.').map(Number);
}

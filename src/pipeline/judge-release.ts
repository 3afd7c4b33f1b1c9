import type { Server } from '../catalog/server.ts';
import { parseSource } from '../catalog/source.ts';
import type { Finding } from '../lib/finding.ts';
import {
  chooseRelease,
  type Choice,
  type AvailableReleases,
  type Passed,
  type Release,
} from '../versioning/choose-release.ts';
import { versioning } from '../versioning/versioning.ts';
import { closes, touches, type KnownHole } from './known-holes.ts';
import { updateFinding } from './update-findings.ts';

export interface Verdict {
  readonly current: string | undefined;
  /** The release to lock; undefined if the entry stays as it is. */
  readonly target: string | undefined;
  /** The target closes a hole of the current release: it did not wait. */
  readonly urgent: boolean;
  /** A newer release that is too young yet. */
  readonly waiting: Passed | undefined;
  readonly findings: readonly Finding[];
}

export interface Circumstances {
  readonly coolDownDays: number;
  readonly now: Date;
  readonly holes: readonly KnownHole[];
}

/** What an entry shall do about its registry's offer. Pure. */
export function judgeRelease(
  server: Server,
  available: AvailableReleases,
  circumstances: Circumstances,
): Verdict {
  const { kind, range } = parseSource(server.entry.source);
  const rules = versioning[kind];
  const current = server.lock?.version;
  const holes = circumstances.holes.filter(
    (hole) => current !== undefined && touches(hole, { rules, version: current }),
  );
  const urgent = (version: string): boolean => holes.some((hole) => closes(hole, { rules, version }));
  const choice = chooseRelease(available, { ...circumstances, versioning: rules, range, current, urgent });
  const order = choice.release === undefined ? undefined : orderOf(choice.release, { rules, current });
  const left = current !== undefined && range !== undefined && !inRange(available, { rules, range, current });
  const target = order === 'newer' || (order === 'lower' && left) ? choice.release?.version : undefined;
  return {
    current,
    target,
    urgent: target !== undefined && urgent(target),
    waiting: choice.passed.find(
      ({ why, version }) => why === 'too-young' && newer(version, { rules, current }),
    ),
    findings: [
      ...aboutCurrent(available, { kind, current }),
      ...aboutChoice(choice, { current, order, left, source: server.entry.source }),
      ...holes.map(holeFinding),
    ],
  };
}

type Rules = (typeof versioning)['npm'];
type Order = 'newer' | 'same' | 'lower';

function orderOf(
  { version }: Release,
  { rules, current }: { rules: Rules; current: string | undefined },
): Order {
  if (current === undefined) return 'newer';
  const order = rules.compare(version, current);
  return order > 0 ? 'newer' : order === 0 ? 'same' : 'lower';
}

function newer(version: string, { rules, current }: { rules: Rules; current: string | undefined }): boolean {
  return current === undefined || rules.compare(version, current) > 0;
}

function inRange(
  { tags }: AvailableReleases,
  { rules, range, current }: { rules: Rules; range: string; current: string },
): boolean {
  // A tag moves as its owner likes: what it named before counts as inside, or a moved tag would be a downgrade.
  return tags?.[range] !== undefined || rules.satisfies(current, range);
}

/** The package as a whole, and the release that is locked. */
function aboutCurrent(
  { releases, deprecated, recommended }: AvailableReleases,
  { kind, current }: { kind: 'npm' | 'pypi' | 'go'; current: string | undefined },
): Finding[] {
  const given = deprecated === undefined ? [] : [updateFinding('package-deprecated', oneLine(deprecated))];
  if (current === undefined) return given;
  const locked = releases.find(({ version }) => version === current);
  if (locked?.withdrawn !== undefined) {
    const { how, reason } = locked.withdrawn;
    return [...given, updateFinding('release-withdrawn', `${current} was ${how}: ${oneLine(reason)}`)];
  }
  // A Go proxy lists tags only, and some list nothing at all; what was locked by commit is in no list.
  const listed = kind !== 'go' || (recommended === undefined && versioning.go.isStable(current));
  return locked === undefined && listed
    ? [...given, updateFinding('release-withdrawn', `${current} is not in the registry any more`)]
    : given;
}

function aboutChoice(
  { release, passed }: Choice,
  {
    current,
    order,
    left,
    source,
  }: { current: string | undefined; order: Order | undefined; left: boolean; source: string },
): Finding[] {
  const evidence = passed
    .slice(0, 10)
    .map(({ version, why, detail }) => `${version}: ${why}, ${oneLine(detail)}`);
  if (release === undefined) {
    return [updateFinding('no-release', `${source} offers no release that may be taken`, evidence)];
  }
  const pinned = release.withdrawn;
  if (order === 'lower' && !left) {
    const message = `upstream offers ${release.version}, lower than the locked ${current ?? ''}`;
    return [updateFinding('lower-version', message, evidence)];
  }
  if (pinned === undefined || release.version === current) return [];
  // Who pins one release by name has decided; it must only not go unsaid.
  const message = `${release.version}, which \`source\` pins, was ${pinned.how}: ${oneLine(pinned.reason)}`;
  return [{ ...updateFinding('release-withdrawn', message), severity: 'warning' }];
}

function holeFinding({ id, severity, summary, patched }: KnownHole): Finding {
  const fixed = patched === undefined ? 'no release closes it yet' : `closed in ${patched}`;
  return updateFinding('known-vulnerability', `${id} (${severity}): ${oneLine(summary)}; ${fixed}`);
}

/** Words of strangers: one line, and not for ever. */
function oneLine(text: string): string {
  return text
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, 300);
}

import type { Ecosystem, Identity } from './identity.ts';
import type { OsvAffected, OsvEvent } from './osv-record.ts';
import { versionOrder } from './version-order.ts';

/** Whether a version has a hole, and from which release on it has not. */
export type Verdict =
  { readonly affected: false } | { readonly affected: true; readonly fixed: string | undefined };

const notAffected: Verdict = { affected: false };

/** The evaluation that the schema gives (ossf.github.io/osv-schema/#evaluation). The ranges must have passed `nonsenseOf`. */
export function verdictOf(affected: OsvAffected, { ecosystem, version }: Identity): Verdict {
  const ranges = usable(affected);
  for (const events of ranges) {
    if (isInside(events, { ecosystem, version }))
      return { affected: true, fixed: nextFix(events, { ecosystem, version }) };
  }
  if (affected.versions?.some((listed) => isSame(ecosystem, listed, version)) !== true) return notAffected;
  const fixes = ranges.flatMap((events) => nextFix(events, { ecosystem, version }) ?? []);
  return { affected: true, fixed: fixes.toSorted(versionOrder(ecosystem).compare)[0] };
}

/** What makes ranges of a record meaningless: then nobody can say that a version is not in them. One line, or undefined. */
export function nonsenseOf(affected: OsvAffected, ecosystem: Ecosystem): string | undefined {
  const { isVersion } = versionOrder(ecosystem);
  const ranges = usable(affected);
  if (ranges.length === 0 && (affected.versions ?? []).length === 0)
    return 'it has neither ranges nor versions';
  for (const events of ranges) {
    const wrong = events
      .map(versionIn)
      .find((version) => version !== '0' && version !== '*' && !isVersion(version));
    if (wrong !== undefined) return `"${wrong.slice(0, 60)}" is no version of ${ecosystem}`;
    if (!events.some(({ introduced }) => introduced !== undefined))
      return 'a range begins nowhere (no introduced)';
    const ends = new Set(events.flatMap((event) => Object.keys(event)));
    if (ends.has('fixed') && ends.has('last_affected')) return 'a range ends twice (fixed and last_affected)';
  }
  return undefined;
}

/** Commits say nothing of a release. */
function usable({ ranges }: OsvAffected): readonly (readonly OsvEvent[])[] {
  return (ranges ?? []).filter(({ type }) => type !== 'GIT').map(({ events }) => events);
}

function versionIn({ introduced, fixed, last_affected: last, limit }: OsvEvent): string {
  return introduced ?? fixed ?? last ?? limit ?? '';
}

type Place = Pick<Identity, 'ecosystem' | 'version'>;

function isInside(events: readonly OsvEvent[], place: Place): boolean {
  if (!isBeforeLimits(events, place)) return false;
  let inside = false;
  for (const event of inOrder(events, place.ecosystem)) {
    const { introduced, fixed, last_affected: last } = event;
    if (introduced !== undefined && reached(introduced, place)) inside = true;
    if (fixed !== undefined && reached(fixed, place)) inside = false;
    if (last !== undefined && reached(last, place) && !isSame(place.ecosystem, last, place.version))
      inside = false;
  }
  return inside;
}

/** The version is that one or a later one. */
function reached(bound: string, { ecosystem, version }: Place): boolean {
  return bound === '0' || versionOrder(ecosystem).compare(version, bound) >= 0;
}

function isBeforeLimits(events: readonly OsvEvent[], place: Place): boolean {
  const limits = events.flatMap(({ limit }) => limit ?? []);
  return limits.length === 0 || limits.some((limit) => limit === '*' || !reached(limit, place));
}

function nextFix(events: readonly OsvEvent[], place: Place): string | undefined {
  return inOrder(events, place.ecosystem)
    .flatMap(({ fixed }) => fixed ?? [])
    .find((fixed) => !reached(fixed, place));
}

function inOrder(events: readonly OsvEvent[], ecosystem: Ecosystem): OsvEvent[] {
  const { compare } = versionOrder(ecosystem);
  const rank = (version: string): number => (version === '0' ? 0 : version === '*' ? 2 : 1);
  return events.toSorted((a, b) => {
    const [mine, theirs] = [versionIn(a), versionIn(b)];
    return rank(mine) - rank(theirs) || (rank(mine) === 1 ? compare(mine, theirs) : 0);
  });
}

/** Also where it is spelled otherwise: `1.0` is `1.0.0` to Python. */
function isSame(ecosystem: Ecosystem, a: string, b: string): boolean {
  const { isVersion, compare } = versionOrder(ecosystem);
  return a === b || (isVersion(a) && isVersion(b) && compare(a, b) === 0);
}

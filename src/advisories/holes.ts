import { compareText, type Component } from '../inventory/component.ts';
import { dayOf, keyOf, type Advisories } from './advisories.ts';
import { verdictOf } from './affected.ts';
import { identityOf, type Ecosystem, type Identity } from './identity.ts';
import { severities, severityOf, type Severity } from './severity.ts';

/** A known hole of one component in the version that an image has. */
export interface Hole {
  /** Of one record; where several databases know it, the first by name. */
  readonly id: string;
  /** Its other names. */
  readonly aliases: readonly string[];
  readonly summary: string;
  readonly severity: Severity;
  readonly ecosystem: Ecosystem;
  /** As advisories call it. */
  readonly name: string;
  readonly version: string;
  /** The component of the inventory. */
  readonly ref: string;
  /** The first release without it, where there is one. */
  readonly fixed: string | undefined;
  /** Day, `YYYY-MM-DD`, on which it was made known. */
  readonly published: string | undefined;
}

/** The known holes of components, worst first. */
export function holesOf(components: readonly Component[], advisories: Advisories): Hole[] {
  const holes = components.flatMap((component) => {
    const identity = identityOf(component);
    return identity === undefined ? [] : holesIn(component.ref, identity, advisories);
  });
  return withoutTwins(holes).toSorted(
    (a, b) =>
      severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
      compareText(a.ref, b.ref) ||
      compareText(a.id, b.id),
  );
}

function holesIn(ref: string, identity: Identity, { byPackage }: Advisories): Hole[] {
  return (byPackage.get(keyOf(identity)) ?? []).flatMap(({ record, affected }) => {
    const verdict = verdictOf(affected, identity);
    if (!verdict.affected) return [];
    return [
      {
        id: record.id,
        aliases: (record.aliases ?? []).toSorted(compareText),
        summary: record.summary ?? '',
        severity: severityOf(record, affected),
        ...identity,
        ref,
        fixed: verdict.fixed,
        published: dayOf(record.published),
      },
    ];
  });
}

/** GHSA-…, CVE-… and GO-… of one hole in one component are one. */
function withoutTwins(holes: readonly Hole[]): Hole[] {
  const kept: Hole[] = [];
  for (const hole of holes.toSorted((a, b) => compareText(a.id, b.id))) {
    const names = new Set([hole.id, ...hole.aliases]);
    const index = kept.findIndex(
      (other) => other.ref === hole.ref && [other.id, ...other.aliases].some((name) => names.has(name)),
    );
    const twin = kept[index];
    if (twin === undefined) kept.push(hole);
    else kept[index] = together(twin, hole);
  }
  return kept;
}

function together(a: Hole, b: Hole): Hole {
  const aliases = new Set([...a.aliases, b.id, ...b.aliases]);
  aliases.delete(a.id);
  const known = [a.severity, b.severity].toSorted((x, y) => severities.indexOf(x) - severities.indexOf(y));
  return {
    ...a,
    aliases: [...aliases].toSorted(compareText),
    severity: known[0] ?? 'unknown',
    fixed: a.fixed ?? b.fixed,
    summary: a.summary === '' ? b.summary : a.summary,
  };
}

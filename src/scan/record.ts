import type { ScanRecord } from '../advisories/scan-record.ts';
import type { Inventory } from '../inventory/component.ts';
import { countsOf, isOpen, type ScanReport, type ServerScan } from './scan.ts';

/**
 * What is kept of one server's scan; undefined where nobody could be asked about anything. `before` is what was kept
 * last: a hole whose record has no day is known since it was seen first.
 */
export function recordOf(
  { version, holes, unchecked }: ServerScan,
  {
    report,
    inventory,
    before,
  }: {
    readonly report: ScanReport;
    readonly inventory: Inventory;
    readonly before: ScanRecord | undefined;
  },
): ScanRecord | undefined {
  const left = new Set(unchecked.map(({ ecosystem }) => ecosystem));
  const checked = countsOf(inventory).filter(({ ecosystem }) => !left.has(ecosystem));
  if (checked.length === 0) return undefined;
  return {
    scanVersion: 1,
    version,
    date: report.date,
    sources: [...report.sources],
    checked,
    unchecked: unchecked.map(({ ecosystem, packages }) => ({ ecosystem, packages })),
    holes: holes.map((hole) => ({
      id: hole.id,
      aliases: [...hole.aliases],
      severity: hole.severity,
      ecosystem: hole.ecosystem,
      name: hole.name,
      version: hole.version,
      fixed: hole.fixed ?? null,
      known: hole.published ?? seenFirst(hole.id, before) ?? report.date,
      exceptedUntil: isOpen(hole) ? null : (hole.exception?.until ?? null),
    })),
  };
}

function seenFirst(id: string, before: ScanRecord | undefined): string | undefined {
  const seen = before?.holes.find((hole) => hole.id === id);
  return seen === undefined ? undefined : (seen.known ?? before?.date);
}

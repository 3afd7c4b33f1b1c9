import type { Lock } from '../catalog/lock.ts';
import type { Server } from '../catalog/server.ts';
import { McpcatError } from '../lib/errors.ts';
import { normalName } from './identity.ts';
import { openHoles, readScanRecord, type ScanRecord } from './scan-record.ts';

type RecordedHole = ScanRecord['holes'][number];

/** So long a hole may be known and closed elsewhere before an image that has it is published no more. */
const graceMs = 48 * 60 * 60 * 1000;

/**
 * The holes that stop a publication: critical or high, closed in a later release, known for more than 48 hours, excused
 * by nobody, and in what is locked now. Of another release than the record's nothing is known. Pure.
 */
export function gatedHoles(record: ScanRecord | undefined, lock: Lock, now: Date): readonly RecordedHole[] {
  if (record?.version !== lock.version) return [];
  const today = now.toISOString().slice(0, 10);
  return openHoles(record, today).filter(
    (hole) =>
      (hole.severity === 'critical' || hole.severity === 'high') &&
      hole.fixed !== null &&
      now.getTime() - Date.parse(knownSince(hole, record)) > graceMs &&
      isStillIn(lock, hole),
  );
}

/** Records of before there was a day for each hole: at the latest on the day of the scan. */
function knownSince({ known }: RecordedHole, { date }: ScanRecord): string {
  return known ?? date;
}

/** A lock that has the package in other versions only was made since. What no lock names (Debian, Node) is still there. */
function isStillIn({ artifacts }: Lock, { ecosystem, name, version }: RecordedHole): boolean {
  const kind = { npm: 'npm', PyPI: 'pypi', Go: 'go' }[ecosystem as string];
  const same = artifacts.filter((one) => one.kind === kind && normalName(ecosystem, one.name) === name);
  return same.length === 0 || same.some((one) => one.version === version);
}

/** Each in a few words: `GHSA-… (high) in tar 6.1.0, fixed in 6.2.1`. */
export function gatedHoleText({ id, severity, name, version, fixed }: RecordedHole): string {
  return `${id} (${severity}) in ${name} ${version}, fixed in ${fixed ?? ''}`;
}

/** Rejects with `holes-known` if the last recorded scan stops its publication. */
export async function checkKnownHoles({ entry, folder, lock }: Server, now: Date): Promise<void> {
  if (lock === undefined) return;
  const holes = gatedHoles(await readScanRecord(folder), lock, now);
  if (holes.length === 0) return;
  throw new McpcatError(
    'holes-known',
    `${entry.name}: ${String(holes.length)} known ${holes.length === 1 ? 'hole is' : 'holes are'} fixed in a later release for more than 48 hours`,
    {
      detail: holes.map(gatedHoleText),
      hint: `mcpcat update ${entry.name}, then scan it again; one that does not matter here is excused in vex.json`,
    },
  );
}

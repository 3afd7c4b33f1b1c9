import type { ScanRecord } from '../advisories/scan-record.ts';
import type { Release } from '../catalog/history.ts';
import type { Score } from '../score/score.ts';

/** What lies beside an entry in a folder; undefined where it was not made. */
export interface SiteEvidence {
  readonly score: Score | undefined;
  readonly scan: ScanRecord | undefined;
  readonly history: readonly Release[];
}

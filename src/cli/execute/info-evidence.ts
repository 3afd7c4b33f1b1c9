import { scanSentence, type ScanRecord } from '../../advisories/scan-record.ts';
import { loadServer } from '../../catalog/load.ts';
import type { ListedServer } from '../../catalog-index/catalog-index.ts';
import { scoreOf, type Score } from '../../score/score.ts';
import type { Invocation } from '../command.ts';
import { scoreFacts } from './server-score.ts';
import { sourceOf } from './view.ts';

/** What lies beside an entry in a folder and in no catalog.json. */
export interface Evidence {
  readonly score: Score;
  readonly scan: ScanRecord | undefined;
}

/** Undefined where the catalog is no folder. */
export async function evidenceOf(invocation: Invocation, name: string): Promise<Evidence | undefined> {
  const source = sourceOf(invocation);
  if (source.kind !== 'folder') return undefined;
  const server = await loadServer(source.folder, name);
  const facts = await scoreFacts(server);
  return { score: scoreOf(facts), scan: facts.scan };
}

export function evidenceLines({ name, version }: ListedServer, { score, scan }: Evidence): string[] {
  const today = new Date().toISOString().slice(0, 10);
  return [
    `${scanSentence(scan, { name, version, today })}.`,
    `Score: ${String(score.score)} of 100, ${String(score.alone)} without the sandbox (mcpcat score ${name}).`,
  ];
}

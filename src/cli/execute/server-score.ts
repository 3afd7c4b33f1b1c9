import { readScanRecord } from '../../advisories/scan-record.ts';
import { readHistory } from '../../catalog/history.ts';
import { loadCatalog } from '../../catalog/load.ts';
import type { Server } from '../../catalog/server.ts';
import { listServer } from '../../catalog-index/gather.ts';
import { isJsonObject } from '../../lib/json-value.ts';
import { readUpstreamRecord } from '../../provenance/record.ts';
import { pool } from '../../lib/pool.ts';
import type { ScoreFacts } from '../../score/facts.ts';
import { scoreOf, type Score } from '../../score/score.ts';
import type { SiteEvidence } from '../../site/evidence.ts';
import { readSurfaceFile } from '../../surface/read-surface.ts';
import { clientRevision } from '../../surface/tools-of.ts';

export async function serverScore(server: Server): Promise<Score> {
  return scoreOf(await scoreFacts(server));
}

/** Of an entry in a folder, from the files beside it. */
export async function scoreFacts(server: Server): Promise<ScoreFacts> {
  const [{ server: listed }, scan, upstream, history, annotations] = await Promise.all([
    listServer(server),
    readScanRecord(server.folder),
    readUpstreamRecord(server.folder),
    readHistory(server.folder),
    annotationsOf(server),
  ]);
  return { server: listed, lock: server.lock, scan, upstream, history, annotations };
}

/** Enough to keep a disk busy. */
const maxAtOnce = 8;

/** Of every whole entry of a folder, by name. */
export async function folderEvidence(folder: string): Promise<ReadonlyMap<string, SiteEvidence>> {
  const { servers } = await loadCatalog(folder);
  const found = await pool([...servers.values()], maxAtOnce, async (server) => {
    const facts = await scoreFacts(server);
    return [server.entry.name, { score: scoreOf(facts), scan: facts.scan, history: facts.history }] as const;
  });
  return new Map(found);
}

async function annotationsOf({ folder }: Server): Promise<ScoreFacts['annotations']> {
  const surface = await readSurfaceFile(folder);
  if (surface === undefined) return undefined;
  const { tools } = clientRevision(surface);
  const annotated = tools.filter(
    ({ annotations }) => isJsonObject(annotations) && typeof annotations['readOnlyHint'] === 'boolean',
  );
  return { tools: tools.length, annotated: annotated.length };
}

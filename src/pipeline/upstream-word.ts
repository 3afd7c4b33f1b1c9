import path from 'node:path';
import type { Lock } from '../catalog/lock.ts';
import type { Server } from '../catalog/server.ts';
import type { RunContext } from '../image-build/build-server.ts';
import type { Finding } from '../lib/finding.ts';
import { writeWhole } from '../lib/folders.ts';
import { askUpstream } from '../provenance/ask-upstream.ts';
import {
  readUpstreamRecord,
  upstreamRecordFile,
  upstreamRecordText,
  type UpstreamRecord,
} from '../provenance/record.ts';
import type { WordRequest } from '../provenance/word.ts';
import { trustedRoot } from '../trust/trusted-root.ts';
import { wordFindings, type WordFinding } from '../provenance/word-findings.ts';
import { updateFinding } from './update-findings.ts';

interface Request {
  /** The entry as it was. */
  readonly server: Server;
  /** What it is locked to now. */
  readonly lock: Lock;
  /** Of the entry as it will be: `upstream.json` is written there. */
  readonly folder: string;
  readonly reviewed: boolean;
  readonly run: Pick<RunContext, 'cacheFolder' | 'env' | 'signal'>;
}

export interface RecordedWord {
  readonly record: UpstreamRecord;
  readonly findings: readonly Finding[];
}

/** Asks upstream about a release that was locked, keeps the answer beside the lock, and says what has changed. */
export async function recordUpstreamWord(request: Request): Promise<RecordedWord> {
  const { lock, folder, reviewed, run } = request;
  const before = await wordBefore(request);
  const record = await askUpstream({ ...asking(run), lock }, before);
  await writeWhole(path.join(folder, upstreamRecordFile), upstreamRecordText(record));
  const findings = wordFindings(before, record).map((finding) => findingOf(finding, reviewed));
  return { record, findings };
}

/** An entry that was locked before there were records is asked about as it was: a change shows from the first day. */
async function wordBefore({ server, lock, run }: Request): Promise<UpstreamRecord | undefined> {
  const record = await readUpstreamRecord(server.folder);
  const { lock: old } = server;
  if (record !== undefined || old === undefined || old.version === lock.version) return record;
  return askUpstream({ ...asking(run), lock: old }, undefined);
}

/** Registries sign with the public Sigstore, whatever root a user has for their own images. */
function asking({ env, signal, cacheFolder: cache }: Request['run']): Omit<WordRequest, 'source' | 'lock'> {
  return { env, signal, trustedRoot: () => trustedRoot({ env: {}, cache, network: 'allowed' }) };
}

/** A changed origin does not hold back what somebody reviews; what does not hold is no matter of taste. */
function findingOf({ kind, message }: WordFinding, reviewed: boolean): Finding {
  const finding = updateFinding(kind, message);
  const reviewable = kind !== 'upstream-refused' && finding.severity === 'error';
  return reviewed && reviewable ? { ...finding, severity: 'warning' } : finding;
}

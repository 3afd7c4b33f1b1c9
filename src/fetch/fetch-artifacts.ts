import { readFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import path from 'node:path';
import type { Artifact } from '../catalog/lock.ts';
import { McpcatError } from '../lib/errors.ts';
import type { Emit } from '../lib/event.ts';
import { writeWhole } from '../lib/folders.ts';
import { bodyWithin } from '../lib/body-within.ts';
import { httpGet, withoutPassword } from '../lib/http.ts';
import { pool } from '../lib/pool.ts';
import { h1OfGoMod, h1OfZip, maxModuleBytes } from './go-hash.ts';
import { hashOfIntegrity, untilWhole, type Store } from './store.ts';

export interface FetchRequest {
  readonly artifacts: readonly Artifact[];
  readonly store: Store;
  readonly subject: string;
  readonly emit: Emit;
  readonly signal?: AbortSignal | undefined;
}

/** Fetches every artifact and checks it against its hash; resolves to the files, in the order of the artifacts. */
export async function fetchArtifacts(request: FetchRequest): Promise<string[]> {
  const { artifacts, emit, subject } = request;
  let done = 0;
  return pool(artifacts, 12, async (artifact) => {
    const file = await fetchOne(artifact, request);
    done += 1;
    emit({ type: 'progress', subject, stage: 'fetch', done, total: artifacts.length, unit: 'files' });
    return file;
  });
}

async function fetchOne(artifact: Artifact, { store, signal }: FetchRequest): Promise<string> {
  const { url } = artifact;
  const subject = `${artifact.kind}:${artifact.name}@${artifact.version}`;
  if (artifact.kind === 'go') return goFile(artifact, { url, subject, store, signal });
  const hash =
    artifact.kind === 'npm'
      ? hashOfIntegrity(artifact.integrity)
      : { algorithm: 'sha256' as const, hex: artifact.sha256 };
  return store.get({ url, hash, subject, signal });
}

interface GoFile {
  readonly url: string;
  readonly subject: string;
  readonly store: Store;
  readonly signal: AbortSignal | undefined;
}

/** Go's sums are over contents, not over the file, so such files are kept under their sum and checked when read. */
async function goFile(
  artifact: Extract<Artifact, { kind: 'go' }>,
  { url: publicUrl, subject, store, signal }: GoFile,
): Promise<string> {
  const sum = artifact.sum ?? artifact.modSum;
  const hashOf = artifact.sum === undefined ? h1OfGoMod : h1OfZip;
  const name = createHash('sha256')
    .update(`${publicUrl.endsWith('.zip') ? 'zip' : 'mod'} ${sum}`)
    .digest('hex');
  const file = path.join(store.folder, 'go', name.slice(0, 2), name.slice(2));
  const kept = await readFile(file).catch(() => undefined);
  if (kept !== undefined && matches(hashOf, kept, sum)) return file;
  const url = await store.address(publicUrl, signal);
  await untilWhole({ url, subject, signal }, async () => {
    const response = await httpGet(url, { subject, signal });
    const body = await bodyWithin(response, { subject, maxBytes: maxModuleBytes });
    if (!matches(hashOf, body, sum)) {
      throw new McpcatError(
        'integrity-mismatch',
        `${subject}: expected ${sum}, got another content from ${withoutPassword(url)}`,
        {
          hint: 'nothing was kept; look why upstream differs before you run mcpcat update',
        },
      );
    }
    await writeWhole(file, body);
  });
  return file;
}

/** A file that is no zip at all does not match either. */
function matches(hashOf: (content: Uint8Array) => string, content: Uint8Array, sum: string): boolean {
  try {
    return hashOf(content) === sum;
  } catch {
    return false;
  }
}

/** A module whose zip is fetched needs its go.mod beside it: go reads that first. */
export function goModFiles(artifacts: readonly Artifact[]): Artifact[] {
  return artifacts.flatMap((artifact) => {
    if (artifact.kind !== 'go' || artifact.sum === undefined) return [];
    const { sum: _, ...rest } = artifact;
    return [{ ...rest, url: artifact.url.replace(/\.zip$/, '.mod') }];
  });
}

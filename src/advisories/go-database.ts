import { readdir, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { writeWhole } from '../lib/folders.ts';
import { checkedZip } from '../upstream/go-module-zip.ts';
import { goProgram } from '../upstream/go-program.ts';
import { newestModuleVersion } from '../upstream/newest-module.ts';

/** Go's own database, in the form of a module: whoever reaches a proxy for modules reaches it. */
const modulePath = 'golang.org/x/vulndb';
const dayMs = 86_400_000;

export interface GoDatabaseRequest {
  readonly cacheFolder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `never`: only what is there already. */
  readonly fetch: 'when-old' | 'never';
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface GoDatabase {
  /** The module's zip, as the checksum database knows it. */
  readonly zip: string;
  readonly version: string;
}

/**
 * A copy that is at most a day old; an older one where the proxy does not answer. Throws what `goProgram` and
 * `checkedZip` throw where there is none at all; undefined where none may be fetched.
 */
export async function goDatabase(request: GoDatabaseRequest): Promise<GoDatabase | undefined> {
  const kept = await newestKept(folderOf(request));
  if (request.fetch === 'never' || (kept !== undefined && request.nowMs - kept.checkedMs < dayMs))
    return kept;
  try {
    return await fetched(request, kept);
  } catch (error) {
    if (kept !== undefined && request.signal?.aborted !== true) return kept;
    throw error;
  }
}

function folderOf({ cacheFolder }: GoDatabaseRequest): string {
  return path.join(cacheFolder, 'advisories', 'go');
}

interface Kept extends GoDatabase {
  readonly checkedMs: number;
}

async function newestKept(folder: string): Promise<Kept | undefined> {
  const names = (await readdir(folder).catch(() => []))
    .filter((name) => /^v[\w.-]+\.zip$/.test(name))
    .toSorted();
  const name = names.at(-1);
  if (name === undefined) return undefined;
  const zip = path.join(folder, name);
  return { zip, version: name.replace(/\.zip$/, ''), checkedMs: (await stat(zip)).mtimeMs };
}

async function fetched(request: GoDatabaseRequest, kept: Kept | undefined): Promise<GoDatabase> {
  const { env, signal, nowMs } = request;
  const program = await goProgram(request);
  const version = await newestModuleVersion(modulePath, { program, given: env, signal });
  const now = new Date(nowMs);
  if (kept?.version === version) {
    await utimes(kept.zip, now, now);
    return kept;
  }
  const zip = path.join(folderOf(request), `${version}.zip`);
  await writeWhole(
    zip,
    await checkedZip(
      { path: modulePath, version, published: undefined },
      { program, subject: modulePath, given: env, signal },
    ),
  );
  if (kept !== undefined) await rm(kept.zip, { force: true });
  return { zip, version };
}

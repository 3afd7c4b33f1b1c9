import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { runGo, type GoCommand } from './go-command.ts';
import { hostFor } from './hosts.ts';

/** Who asks go for something. */
export type GoAsker = Pick<GoCommand, 'program' | 'subject' | 'given' | 'signal'>;

/**
 * Runs go in an empty folder with a module cache of its own, and removes both once `take` is done with what go wrote to
 * stdout and with that cache. Throws what `runGo` throws.
 */
export async function goApart<T>(
  asker: GoAsker,
  args: readonly string[],
  take: (said: string, cache: string) => T | Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'mcpcat-module-'));
  const cache = path.join(folder, 'cache');
  const env = {
    GOPROXY: hostFor('go', asker.given),
    GOMODCACHE: cache,
    GOFLAGS: '-modcacherw',
    GOTOOLCHAIN: 'local',
  };
  try {
    return await take(await runGo({ ...asker, args, folder, env }), cache);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 2 }).catch(() => undefined);
  }
}

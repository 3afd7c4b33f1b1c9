import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { keepNow } from '../../lib/write-now.ts';
import type { Terminal } from '../command.ts';

type Places = Pick<Terminal, 'env' | 'host'>;

/** Runtimes of engines that the probe has found to isolate: a file each, by digest, in the cache. */
function fileOf(runtime: string, { env, host }: Places): string {
  const name = createHash('sha256').update(runtime).digest('hex');
  return path.join(host.folders(env).cache, 'isolation', name);
}

/** A file of another user is not believed. */
export function isProved(runtime: string, places: Places): boolean {
  const file = fileOf(runtime, places);
  return existsSync(file) && places.host.owns(statSync(file));
}

/** What can't be kept is proved again. */
export function keepProved(runtime: string, places: Places): void {
  keepNow(fileOf(runtime, places), '');
}

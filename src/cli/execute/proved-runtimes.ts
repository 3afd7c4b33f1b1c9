import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Terminal } from '../command.ts';

type Places = Pick<Terminal, 'env' | 'host'>;

/** Runtimes of engines that the probe has found to isolate: an empty file each, by digest, in the cache. */
function fileOf(runtime: string, { env, host }: Places): string {
  const name = createHash('sha256').update(runtime).digest('hex');
  return path.join(host.folders(env).cache, 'isolation', name);
}

export function isProved(runtime: string, places: Places): boolean {
  return existsSync(fileOf(runtime, places));
}

export function keepProved(runtime: string, places: Places): void {
  const file = fileOf(runtime, places);
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, '');
}

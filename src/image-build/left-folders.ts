import { lstat, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { thisHost } from '../host/this-host.ts';

/** Milliseconds after which nobody is at work in a folder any more. */
const leftMs = 24 * 3_600_000;

/**
 * Removes what builds that were killed have left: this user's own folders of that name that are a day old. Nothing
 * depends on it, so nothing is said where one can't be removed.
 */
export async function removeLeftFolders(parent: string, prefix: string): Promise<void> {
  const names = (await readdir(parent).catch(() => [])).filter((name) => name.startsWith(prefix));
  for (const name of names) {
    const folder = path.join(parent, name);
    const facts = await lstat(folder).catch(() => undefined);
    if (facts?.isDirectory() !== true || !thisHost().owns(facts)) continue;
    if (Date.now() - facts.mtimeMs < leftMs) continue;
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

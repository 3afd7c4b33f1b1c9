import { readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import type { Host } from '../host/host.ts';
import { codeOf } from '../lib/error-code.ts';
import { McpcatError } from '../lib/errors.ts';
import { makeFolder } from '../lib/make-folder.ts';

/** A person at a prompt does not hold it: only the writes themselves do. */
const timeoutMs = 15_000;
const pauseMs = 50;

/**
 * Keeps a second mcpcat from writing at the same time. What a process left behind that was killed is taken over: the
 * file names its pid and when that process started.
 */
export async function withLock<T>(
  { folder, host }: { readonly folder: string; readonly host: Host },
  work: () => Promise<T>,
): Promise<T> {
  const file = host.path.join(folder, 'lock');
  const own = `${String(process.pid)} ${host.ownStart()}\n`;
  await makeFolder(folder, 0o700);
  const deadline = performance.now() + timeoutMs;
  while (!(await taken(file, own))) {
    const holder = await readFile(file, 'utf8').catch(() => '');
    if (await isDead(holder, host)) await rm(file, { force: true });
    else if (performance.now() > deadline)
      throw new McpcatError(
        'timeout',
        `another mcpcat (process ${holder.split(' ')[0] ?? '?'}) is writing, for ${String(timeoutMs / 1000)} s already`,
        {
          hint: `end it, or remove ${file}`,
        },
      );
    else await wait(pauseMs);
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

async function taken(file: string, own: string): Promise<boolean> {
  try {
    await writeFile(file, own, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Empty: it was made this moment, or its maker was killed in between; the deadline decides. */
async function isDead(holder: string, host: Host): Promise<boolean> {
  const [, pid, start] = /^(\d+) (.+)\n$/.exec(holder) ?? [];
  if (pid === undefined || start === undefined) return false;
  const starts = await host.startsOf([Number(pid)]);
  if (starts === undefined) return false;
  const now = starts.get(Number(pid));
  return now === undefined || !host.isSameStart(start, now);
}

import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for something of the cluster; what a program logged last is in the error. */
export async function until(
  what: string,
  holds: () => Promise<boolean>,
  { withinMs, log }: { readonly withinMs: number; readonly log?: string },
): Promise<void> {
  for (const giveUp = Date.now() + withinMs; Date.now() < giveUp; await sleep(100)) if (await holds()) return;
  const said = log === undefined ? '' : (await readFile(log, 'utf8').catch(() => '')).slice(-3000);
  throw new Error(`waited in vain: ${what}\n${said}`);
}

import { promises, type Stats } from 'node:fs';
import path from 'node:path';
import { foldersBelowHome } from '../host/folders-below-home.ts';
import type { Env, Host } from '../host/host.ts';

/**
 * Each process writes files of its own, so that none rotates what another writes: `TIME-PID.jsonl`, which sort by time.
 * What a client started is found from a terminal: below the home, whatever the environment says.
 */
export function callLogFolder(places: { readonly env: Env; readonly host: Host }): string {
  return places.host.path.join(foldersBelowHome(places).data, 'calls');
}

export interface LogLimits {
  /** Of one file; then the next one begins. */
  readonly fileBytes: number;
  /** Of all files together; the oldest are removed when one begins. */
  readonly allBytes: number;
  readonly files: number;
}

/** Some hundred thousand calls. */
export const logLimits: LogLimits = { fileBytes: 4 * 1024 ** 2, allBytes: 32 * 1024 ** 2, files: 500 };

const nameForm = /^\d{8}T\d{9}-\d+-\d+(-[0-9a-f]+)?\.jsonl$/;

interface LogNameParts {
  readonly atMs: number;
  readonly pid: number;
  readonly turn: number;
  readonly id: string;
}

/** A name that sorts behind all earlier ones; `turn` orders what one log begins within a millisecond,
 * `id` tells it from another's. */
export function logName({ atMs, pid, turn, id }: LogNameParts): string {
  const time = new Date(atMs).toISOString().replaceAll(/[-:.Z]/g, '');
  return `${time}-${String(pid)}-${String(turn).padStart(4, '0')}-${id}.jsonl`;
}

/** Names of all files of the log, oldest first; none if there is no folder. */
export async function logNames(folder: string): Promise<readonly string[]> {
  const names = await promises.readdir(folder).catch(() => []);
  return names.filter((name) => nameForm.test(name)).toSorted();
}

/** Removes the oldest files until the rest keeps to the limits, with room for a whole one more. */
export async function prune(folder: string, { fileBytes, allBytes, files }: LogLimits): Promise<void> {
  let [count, bytes] = [0, fileBytes];
  for (const name of (await logNames(folder)).toReversed()) {
    const file = path.join(folder, name);
    const facts: Stats | undefined = await promises.stat(file).catch(() => undefined);
    count += 1;
    bytes += facts?.size ?? 0;
    if (count >= files || bytes > allBytes) await promises.rm(file, { force: true });
  }
}

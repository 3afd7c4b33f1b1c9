import { renameSync, rmSync, writeFileSync, type WriteFileOptions } from 'node:fs';
import path from 'node:path';
import { makeFolderNow } from './make-folder.ts';

type How = Extract<WriteFileOptions, object> & {
  /** How the whole file takes its place: other than by a rename, only where nothing is there. */
  readonly place?: (temporary: string, file: string) => void;
};

let writes = 0;

/**
 * `writeWhole` (folders.ts) at once, for the launch path, and for this user alone: a reader sees the old file or the new
 * one, never a half, and nothing else is left. Throws what the system says.
 */
export function writeOwnNow(file: string, text: string, { place = renameSync, ...how }: How = {}): void {
  const temporary = `${file}.${String(process.pid)}-${String(writes++)}.tmp`;
  try {
    makeFolderNow(path.dirname(file), 0o700);
    writeFileSync(temporary, text, { mode: 0o600, ...how });
    place(temporary, file);
  } finally {
    discard(temporary);
  }
}

/** The same for what only saves time: what can't be kept is found out again. */
export function keepNow(file: string, value: unknown): void {
  try {
    writeOwnNow(file, JSON.stringify(value));
  } catch {
    // It is found out again.
  }
}

/** Removes it if it is there and can be: where a file stands in a folder's place even the removal of nothing fails. */
export function discard(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // There is nothing, then, or it stays.
  }
}

import { linkSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { chmod, chown, rm, stat, writeFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { codeOf } from '../lib/error-code.ts';
import { fileState } from '../lib/file-state.ts';

export interface Replacement {
  readonly file: string;
  /** What it is expected to hold; undefined if there is expected to be none. */
  readonly text: string | undefined;
  /** Undefined takes it away. */
  readonly wanted: string | undefined;
}

/** For who had the old file open: from opening a file to writing into it programs take microseconds. */
const settleMs = 20;

/**
 * Puts a file into the place of another, or says `changed` and leaves that one as it is. Whoever writes the file at the
 * same time loses nothing: it is read once more right before the rename, by calls between which nothing of ours runs,
 * and what was replaced is looked at again behind it, for who wrote into it in between. What remains is another rename
 * between two calls of the system, which none of Node's can exclude.
 */
export async function replaceFile({ file, text, wanted }: Replacement): Promise<'replaced' | 'changed'> {
  if (wanted === undefined) {
    if (!isAs(file, text)) return 'changed';
    rmSync(file, { force: true });
    return 'replaced';
  }
  const temporary = `${file}.${String(process.pid)}.mcpcat-tmp`;
  const kept = text !== undefined && isLinked(file, `${temporary}.old`) ? `${temporary}.old` : undefined;
  try {
    await writeFile(temporary, wanted, { flag: 'wx', mode: 0o600, flush: true });
    if (text === undefined) return putNew(temporary, file);
    await likeBefore(temporary, file);
    const looked = fileState(file);
    if (!isAs(file, text)) return 'changed';
    // Reading takes several calls of the system, in which another file may have come into its place; this takes one.
    if (fileState(file) !== looked) return 'changed';
    renameSync(temporary, file);
    return await settled({ file, text, wanted }, kept);
  } finally {
    if (kept !== undefined) await rm(kept, { force: true });
    await rm(temporary, { force: true });
  }
}

async function likeBefore(temporary: string, file: string): Promise<void> {
  const before = await stat(file).catch(() => undefined);
  if (before === undefined) return;
  const made = await stat(temporary);
  if (made.uid !== before.uid || made.gid !== before.gid) await chown(temporary, before.uid, before.gid);
  await chmod(temporary, before.mode & 0o7777);
}

/** A link is made only where nothing is. */
function putNew(temporary: string, file: string): 'replaced' | 'changed' {
  try {
    linkSync(temporary, file);
    return 'replaced';
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return 'changed';
    // A file system without links.
    if (!isAs(file, undefined)) return 'changed';
    renameSync(temporary, file);
    return 'replaced';
  }
}

/** What somebody wrote into the old file after the last look at it comes back into its place. */
async function settled(
  { file, text, wanted }: Replacement,
  kept: string | undefined,
): Promise<'replaced' | 'changed'> {
  if (kept === undefined) return 'replaced';
  if (isAs(kept, text)) await wait(settleMs);
  if (isAs(kept, text)) return 'replaced';
  // Unless there is something newer by now.
  if (isAs(file, wanted)) renameSync(kept, file);
  return 'changed';
}

/** Whether there is a second name now for what the file is; some file systems have none. */
function isLinked(file: string, name: string): boolean {
  try {
    linkSync(file, name);
    return true;
  } catch {
    return false;
  }
}

function isAs(file: string, text: string | undefined): boolean {
  try {
    return text !== undefined && readFileSync(file).equals(Buffer.from(text));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return text === undefined;
    throw error;
  }
}

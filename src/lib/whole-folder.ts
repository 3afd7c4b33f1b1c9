import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder } from './make-folder.ts';
import { randomId } from './random-id.ts';

/**
 * Makes a folder whole or not at all: `fill` writes beside its place. Two at once make the same, and the second leaves it
 * to the first. Permission bits as stat(2) has them; the user's own choice if nothing is said.
 */
export async function wholeFolder(
  folder: string,
  fill: (temporary: string) => Promise<void>,
  mode = 0o777,
): Promise<void> {
  const temporary = `${folder}-${randomId()}.tmp`;
  try {
    await makeFolder(path.dirname(folder), mode);
    await mkdir(temporary, { mode });
    await fill(temporary);
    await rename(temporary, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

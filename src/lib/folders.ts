import { rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder } from './make-folder.ts';

let writes = 0;

/** Permission bits of what is made, as stat(2) has them; the user's own choice if nothing is said. */
interface Modes {
  readonly mode?: number;
  readonly folderMode?: number;
}

/** Writes by a temporary name and renames, so that a reader sees the old file or the new one, never a half. */
export async function writeWhole(
  file: string,
  content: string | Uint8Array,
  { mode, folderMode }: Modes = {},
): Promise<void> {
  await makeFolder(path.dirname(file), folderMode);
  const temporary = `${file}.${String(process.pid)}-${String(writes++)}.tmp`;
  try {
    await writeFile(temporary, content, { mode });
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/**
 * Writes several files of a folder so that a full disk or a missing permission changes none of them: all are written
 * beside their place before the first takes it. They take it in the order given.
 */
export async function writeTogether(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  const written: (readonly [temporary: string, file: string])[] = [];
  try {
    await makeFolder(folder);
    for (const [name, text] of Object.entries(files)) {
      const file = path.join(folder, name);
      const temporary = `${file}.${String(process.pid)}-${String(writes++)}.tmp`;
      written.push([temporary, file]);
      await writeFile(temporary, text);
    }
    for (const [temporary, file] of written) await rename(temporary, file);
  } catch (error) {
    for (const [temporary] of written) await rm(temporary, { force: true });
    throw error;
  }
}

/** JSON as our machine-written files have it: two spaces, a newline at the end. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

type Env = Readonly<Record<string, string | undefined>>;

/** Where downloads and derived files are kept: `$XDG_CACHE_HOME/mcpcat`, else `~/.cache/mcpcat`. */
export function cacheFolder(env: Env): string {
  const base = env['XDG_CACHE_HOME'];
  return path.join(base?.startsWith('/') ? base : path.join(env['HOME'] ?? '/tmp', '.cache'), 'mcpcat');
}

let writes = 0;

/** Writes by a temporary name and renames, so that a reader sees the old file or the new one, never a half. */
export async function writeWhole(file: string, content: string | Uint8Array): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const temporary = `${file}.${String(process.pid)}-${String(writes++)}.tmp`;
  try {
    await writeFile(temporary, content);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** JSON as our machine-written files have it: two spaces, a newline at the end. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

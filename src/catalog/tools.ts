import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { McpcatError } from '../lib/errors.ts';

/** `catalog/<name>/tools.json`: what the server offered when it was reviewed. Written by `mcpcat test` alone. */
export const Tool = z.strictObject({
  name: z.string(),
  description: z.string(),
  /** sha256 of the schema of its arguments, in hex. */
  schema: z.string(),
});
export type Tool = z.infer<typeof Tool>;

export const Tools = z.strictObject({ tools: z.array(Tool) });
export type Tools = z.infer<typeof Tools>;

export function toolsFile(folder: string): string {
  return path.join(folder, 'tools.json');
}

/** The tools that were reviewed; undefined if none were. Throws `entry-invalid` for a file that is damaged: it is not no review. */
export async function readTools(folder: string): Promise<readonly Tool[] | undefined> {
  const file = toolsFile(folder);
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return Tools.parse(JSON.parse(text)).tools;
  } catch (error) {
    throw new McpcatError('entry-invalid', `${file}: expected tools as mcpcat test writes them`, {
      hint: 'bring back the reviewed file; without one the next test writes what it finds',
      cause: error,
    });
  }
}

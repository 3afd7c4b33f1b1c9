import path from 'node:path';
import { z } from 'zod';

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

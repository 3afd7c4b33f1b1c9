import { createHash } from 'node:crypto';
import { quickSurfaceSha256 } from '../catalog/quick-proof.ts';
import { McpcatError } from '../lib/errors.ts';
import { parseSurface, surfaceFile, surfaceTextIn } from '../surface/read-surface.ts';
import type { Surface } from '../surface/surface.ts';

/** The surface in an entry's folder, if its proof has seen one. Throws `entry-invalid` for another one than that. */
export async function provedSurface(folder: string): Promise<Surface | undefined> {
  const text = await surfaceTextIn(folder);
  const expected = quickSurfaceSha256(folder);
  if (text === undefined || expected === undefined) return undefined;
  const found = createHash('sha256').update(text).digest('hex');
  if (found === expected) return parseSurface(text, surfaceFile(folder));
  throw new McpcatError(
    'entry-invalid',
    `${surfaceFile(folder)}: expected sha256 ${expected}, as its proof has seen it, found ${found}`,
    { hint: 'bring back the reviewed file, or prove it anew: mcpcat test' },
  );
}

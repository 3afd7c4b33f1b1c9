import { readFileSync } from 'node:fs';
import path from 'node:path';
import { quickSurfaceSha256 } from '../catalog/quick-proof.ts';
import { codeOf } from '../lib/error-code.ts';
import { McpcatError } from '../lib/errors.ts';

/**
 * SHA-256, in hex, of the surface.json in an entry's folder that would be used: of the file as it is, whatever its proof
 * says of it. Undefined where there is none, or no proof has seen one. Throws `io-failed`.
 */
export function usedSurfaceSha256(folder: string): string | undefined {
  if (quickSurfaceSha256(folder) === undefined) return undefined;
  const file = path.join(folder, 'surface.json');
  // Loaded here, because it costs milliseconds and a start from a catalog.json needs no hash.
  const { createHash } = process.getBuiltinModule('node:crypto');
  try {
    return createHash('sha256').update(readFileSync(file)).digest('hex');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new McpcatError('io-failed', `can't read ${file}`, { cause: error });
  }
}

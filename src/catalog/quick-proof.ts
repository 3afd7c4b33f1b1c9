import { readFileSync } from 'node:fs';
import path from 'node:path';

/** The file in an entry's folder that its proof was written to. */
export function proofFile(folder: string): string {
  return path.join(folder, 'proof.json');
}

/**
 * The sha256 of the surface that a proof has seen, in hex; undefined for none. Without schema, which costs a client that
 * waits for its first answer more than all else that is read; what has no hash counts as no proof.
 */
export function quickSurfaceSha256(folder: string): string | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(proofFile(folder), 'utf8'));
    const surface: unknown =
      typeof value === 'object' && value !== null ? Reflect.get(value, 'surface') : undefined;
    return typeof surface === 'string' && /^[0-9a-f]{64}$/.test(surface) ? surface : undefined;
  } catch {
    return undefined;
  }
}

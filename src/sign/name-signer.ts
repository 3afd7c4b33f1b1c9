import path from 'node:path';
import { readSigning, signingFile } from '../attest/read-signing.ts';
import type { Signing } from '../attest/signer-policy.ts';
import { McpcatError, messageOf } from '../lib/errors.ts';
import { jsonText, writeWhole } from '../lib/folders.ts';

/**
 * Writes down who signs a catalog's images, unless somebody is named already: without it nobody who uses the catalog
 * asks for signatures. Resolves to the file that was written, undefined if one was there. Rejects with `io-failed`, and
 * what `readSigning` throws.
 */
export async function nameSigner(folder: string, signing: Signing): Promise<string | undefined> {
  if (readSigning(folder) !== undefined) return undefined;
  const file = path.join(folder, signingFile);
  await writeWhole(file, jsonText(signing)).catch((error: unknown) => {
    throw new McpcatError('io-failed', `can't write ${file}: ${messageOf(error)}`, {
      hint: 'what was published is signed; write the file by hand, or publish again',
      cause: error,
    });
  });
  return file;
}

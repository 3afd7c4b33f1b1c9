import { readFile } from 'node:fs/promises';
import { codeOf } from './error-code.ts';
import { McpcatError } from './errors.ts';

/** A file's bytes; undefined if there is none. Rejects with `io-failed` for one that can't be read. */
export async function bytesIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new McpcatError('io-failed', `can't read ${file}`, { cause: error });
  }
}

/** The same as text. */
export async function textIfThere(file: string): Promise<string | undefined> {
  return (await bytesIfThere(file))?.toString('utf8');
}

import { McpcatError, messageOf } from '../../lib/errors.ts';
import { writeWhole } from '../../lib/folders.ts';

/** Writes where the user said; that it can't be written there is not a bug of ours. */
export async function writeOut(file: string, content: string | Uint8Array): Promise<void> {
  try {
    await writeWhole(file, content);
  } catch (error) {
    throw new McpcatError('io-failed', `can't write ${file} (${messageOf(error)})`, {
      hint: '--out names another place',
      cause: error,
    });
  }
}

import { McpcatError, messageOf } from '../../lib/errors.ts';
import { writeWhole } from '../../lib/folders.ts';

/** Writes where the user said; that it can't be written there is not a bug of ours. `hint` is what helps then. */
export async function writeOut(
  file: string,
  content: string | Uint8Array,
  hint = '--out names another place',
): Promise<void> {
  try {
    await writeWhole(file, content);
  } catch (error) {
    throw new McpcatError('io-failed', `can't write ${file} (${messageOf(error)})`, {
      hint,
      cause: error,
    });
  }
}

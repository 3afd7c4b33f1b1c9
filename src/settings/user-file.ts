import { closeSync, constants, fstatSync, openSync, readFileSync, statSync } from 'node:fs';
import { isNothingThere } from '../lib/error-code.ts';
import { McpcatError, messageOf } from '../lib/errors.ts';

/** More than anybody writes by hand. */
const max = 256 * 1024;

/**
 * A file that a user writes by hand; undefined if there is none. Throws `io-failed` or `usage` for one that can't be
 * read or is too large: it might forbid something, so it is no reason to go on without it.
 */
export function readUserFile(file: string, what: string): string | undefined {
  let descriptor: number;
  try {
    // Most users have none, and an error costs more than a question.
    if (statSync(file, { throwIfNoEntry: false }) === undefined) return undefined;
    // Not blocking, or a pipe in its place would keep us for ever.
    descriptor = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    if (isNothingThere(error)) return undefined;
    throw new McpcatError('io-failed', `can't read the ${what} ${file} (${messageOf(error)})`, {
      cause: error,
    });
  }
  try {
    const facts = fstatSync(descriptor);
    if (!facts.isFile()) throw new McpcatError('io-failed', `${file}: expected a file, found something else`);
    if (facts.size > max)
      throw new McpcatError(
        'usage',
        `${file}: expected up to ${String(max)} bytes, found ${String(facts.size)}`,
      );
    // Some editors begin a file with a byte order mark: a space, to keep each column.
    return readFileSync(descriptor, 'utf8').replace(/^\uFEFF/, '');
  } finally {
    closeSync(descriptor);
  }
}

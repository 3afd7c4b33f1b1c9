import type { Entry } from '../catalog/entry.ts';
import type { Lock } from '../catalog/lock.ts';
import { McpcatError } from '../lib/errors.ts';
import { plainPath } from './quote.ts';

/**
 * The file that the entry's command names, below /app: a bin of the package or `./path`. A path is a program of its own
 * (`native`) unless its name ends as a `script` of the runtime does.
 */
export function programFile(
  entry: Entry,
  lock: Lock,
  script?: RegExp,
): { readonly path: string; readonly native: boolean } {
  const [word = ''] = entry.command;
  const isPath = word.startsWith('./');
  const file = isPath ? word.slice(2) : lock.bin[word];
  if (file === undefined) {
    throw new McpcatError('lock-invalid', `${entry.name}: the lock knows no bin "${word}"`, {
      hint: `mcpcat update ${entry.name}`,
    });
  }
  return { path: `/app/${plainPath(file)}`, native: isPath && script?.test(file) !== true };
}

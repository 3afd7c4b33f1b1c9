import { McpcatError } from '../../lib/errors.ts';

/** Offset → `line 3, column 7`, both from 1. */
export function linePosition(text: string, offset: number): string {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return `line ${String(line)}, column ${String(offset - before.lastIndexOf('\n'))}`;
}

/** The file of a client can't be edited as it is: where, what was expected there, what was found. */
export function unfit(text: string, offset: number, problem: string): McpcatError {
  return new McpcatError('client-file-invalid', `${linePosition(text, offset)}: ${problem}`, {
    hint: 'nothing was written; mend the file, or put the entry in by hand',
  });
}

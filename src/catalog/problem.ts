import { oneLine } from '../lib/plain-text.ts';

/** Something in a file of the catalog that does not fit, at its place. */
export interface Problem {
  readonly file: string;
  /** From 1; 0 if the problem is not at a place. */
  readonly line: number;
  readonly column: number;
  /** What was expected and what was found. */
  readonly message: string;
  readonly hint?: string;
}

/** `file:line:column: message (hint)`, the form that editors and CI systems turn into links. */
export function problemText({ file, line, column, message, hint }: Problem): string {
  const place = line === 0 ? file : `${file}:${String(line)}:${String(column)}`;
  return oneLine(`${place}: ${message}${hint === undefined ? '' : ` (${hint})`}`);
}

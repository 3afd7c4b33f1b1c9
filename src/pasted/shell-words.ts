import { McpcatError } from '../lib/errors.ts';

/**
 * Splits a line as a POSIX shell does (Shell Command Language, 2.2 Quoting): blanks separate, single quotes keep
 * everything, double quotes keep blanks, a backslash keeps the next character, also a line break. Nothing is expanded.
 * Throws `usage` for a quote that is never closed.
 */
export function shellWords(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < line.length; at++) {
    const char = line[at] ?? '';
    if (quote !== '') {
      if (char === quote) quote = '';
      else if (char === '\\' && quote === '"' && /["\\$`]/.test(line[at + 1] ?? '')) word += line[++at] ?? '';
      else word += char;
    } else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (char === '\\' && /^\r?\n/.test(line.slice(at + 1))) {
      at += line[at + 1] === '\r' ? 2 : 1;
    } else if (char === '\\' && !isWindowsPath(word, line[at + 1])) {
      word = (word ?? '') + (line[++at] ?? '');
    } else {
      word = (word ?? '') + char;
    }
  }
  if (quote !== '')
    throw new McpcatError('usage', `expected a closing ${quote} in the pasted line, found its end`);
  if (word !== undefined) words.push(word);
  return words;
}

/** `C:\Users\me`: people paste such lines, and there a backslash is no quoting. */
function isWindowsPath(word: string | undefined, next: string | undefined): boolean {
  return word !== undefined && /^["']?[A-Za-z]:/.test(word) && next !== undefined && /\w/.test(next);
}

import { McpcatError } from '../lib/errors.ts';

/** A word of a line, or the end of one command. */
export type Token =
  | { readonly kind: 'word'; readonly text: string; /** Nothing in it was quoted. */ readonly plain: boolean }
  | { readonly kind: 'end' };

/**
 * Splits a line as a POSIX shell does (Shell Command Language, 2.2 Quoting): blanks separate, single quotes keep
 * everything, double quotes keep blanks, a backslash keeps the next character, also a line break. Nothing is expanded.
 * Throws `usage` for a quote that is never closed.
 */
export function shellWords(line: string): string[] {
  return shellTokens(line).flatMap((token) => (token.kind === 'word' ? [token.text] : []));
}

/** The same, with a semicolon behind a word, and the line breaks that no quote and no backslash (in cmd `^`, in PowerShell a backtick) keeps. */
export function shellTokens(line: string): Token[] {
  const tokens: Token[] = [];
  let word: string | undefined;
  let plain = true;
  let quote = '';
  const finish = (): void => {
    if (word !== undefined) tokens.push({ kind: 'word', text: word, plain });
    word = undefined;
    plain = true;
  };
  for (let at = 0; at < line.length; at++) {
    const char = line[at] ?? '';
    if (quote !== '') {
      if (char === quote) quote = '';
      else if (char === '\\' && quote === '"' && /["\\$`]/.test(line[at + 1] ?? '')) word += line[++at] ?? '';
      else word = (word ?? '') + char;
    } else if (/\s/.test(char)) {
      finish();
      if (char === '\n') tokens.push({ kind: 'end' });
    } else if (char === ';' && /^(\s|$)/.test(line.slice(at + 1, at + 2))) {
      finish();
      tokens.push({ kind: 'end' });
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
      plain = false;
    } else if (/[\\^`]/.test(char) && /^\r?\n/.test(line.slice(at + 1))) {
      at += line[at + 1] === '\r' ? 2 : 1;
    } else if (char === '\\' && !isWindowsPath(word, line[at + 1])) {
      word = (word ?? '') + (line[++at] ?? '');
      plain = false;
    } else {
      word = (word ?? '') + char;
    }
  }
  if (quote !== '')
    throw new McpcatError('usage', `expected a closing ${quote} in the pasted line, found its end`);
  finish();
  return tokens;
}

/** `C:\Users\me`: people paste such lines, and there a backslash is no quoting. */
function isWindowsPath(word: string | undefined, next: string | undefined): boolean {
  return word !== undefined && /^["']?[A-Za-z]:/.test(word) && next !== undefined && /\w/.test(next);
}

import { refuse, unclear } from './found.ts';
import { shellTokens } from './shell-words.ts';

/** One command of a text, and the settings that stand on lines of their own before it. */
export interface Command {
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** What a page shows around a line: Markdown's marks for code, a prompt, and blanks. */
export function withoutMarks(text: string): string {
  const trimmed = text.trim();
  const fenced = /^(```|~~~)[\w.+-]*[^\S\n]*\r?\n(.*?)\r?\n?\1$/s.exec(trimmed)?.[2];
  return (fenced ?? /^(`+)([^`]+)\1$/.exec(trimmed)?.[2] ?? trimmed).trim();
}

/**
 * The one command of a text as people publish it: comments are passed over, `export A=b` (also of cmd and PowerShell)
 * is a setting. Throws `usage` for a script: what stands around the line that starts the server would be lost in silence.
 */
export function commandOf(text: string): Command {
  refuseTypography(text);
  const { commands, comments, joined } = commandsOf(withProgramQuoted(text.replaceAll(longPrompts, '')));
  // Root's prompt looks like a comment.
  const found = commands.length === 0 && comments.length === 1 ? comments : commands;
  const settings = found.map(settingsIn);
  const others = found.filter((_, index) => settings[index] === undefined);
  const [words] = others;
  if (words === undefined) throw unclear(text.trim() === '' ? 'nothing' : text.trim());
  if (others.length > 1 || joined || words.some((word) => operators.test(word)))
    throw refuse(
      `expected one command, found a script: ${text.trim()}`,
      'paste only the line that starts the server',
    );
  return { words, env: Object.assign({}, ...settings) as Record<string, string> };
}

/** `PS C:\\Users\\me> `, `C:\\> `, `me@host:~$ `. */
const longPrompts = /^(?:(?:PS )?[A-Za-z]:\\[^>\n"']*>|\S+@\S+:\S*[$#](?=\s))[^\S\n]*/gm;

/** What makes a line more than one command. A mark that only may be one, as in `<YOUR_KEY>`, is none. */
const operators = /^(\|\|?|&|\d?>{1,2}|<|<<)$|^\d?>>?[&\w./]|^\$\(|^`/;

/** The same without a blank beside it, where no quote keeps it: `a|b`, `a;b`, `a&&b`, `a>b`, `a$(b)`. */
const joinedOperators = /[|;`]|&&|\$\(|^[^<]*\w>>?[&\w./]/;

interface Commands {
  readonly commands: readonly (readonly string[])[];
  readonly comments: readonly (readonly string[])[];
  /** Whether a word of them holds an operator of a shell. */
  readonly joined: boolean;
}

function commandsOf(text: string): Commands {
  const commands: string[][] = [[]];
  const comments: string[][] = [];
  let comment: string[] | undefined;
  let joined = false;
  for (const token of shellTokens(text)) {
    if (token.kind === 'end') {
      comment = undefined;
      commands.push([]);
      continue;
    }
    const { text: word, plain } = token;
    if (comment !== undefined) comment.push(word);
    else if (plain && word.startsWith('#')) comments.push((comment = word === '#' ? [] : [word.slice(1)]));
    else if (plain && word === '&&') commands.push([]);
    else {
      joined ||= plain && joinedOperators.test(word);
      commands.at(-1)?.push(word);
    }
  }
  const said = (words: readonly string[]): boolean => words.length > 0;
  return { commands: commands.map(withoutPrompt).filter(said), comments: comments.filter(said), joined };
}

function withoutPrompt(words: readonly string[]): readonly string[] {
  return /^[$>%❯➜]$/.test(words[0] ?? '') ? words.slice(1) : words;
}

const assignment = /^([A-Za-z_]\w*)=(.*)$/s;

/** `export A=b`, `A=b`, cmd's `set A=b c`, PowerShell's `$env:A = "b"`; undefined for another command. */
function settingsIn(words: readonly string[]): Record<string, string> | undefined {
  const [first = '', ...rest] = words;
  const powershell = /^\$env:([A-Za-z_]\w*)\s?=\s?(.*)$/is.exec(words.join(' '));
  if (powershell !== null) return { [powershell[1] ?? '']: powershell[2] ?? '' };
  if (/^set$/i.test(first)) {
    const [, name, value] = assignment.exec(rest.join(' ')) ?? [];
    return name === undefined ? undefined : { [name]: value ?? '' };
  }
  const given = (first === 'export' ? rest : words).map((word) => assignment.exec(word));
  if (given.length === 0 || given.includes(null)) return undefined;
  return Object.fromEntries(given.map((found) => [found?.[1] ?? '', found?.[2] ?? '']));
}

/** `C:\Program Files\nodejs\npx.cmd -y …`: without quotes, as Windows' own run dialogue takes it. */
function withProgramQuoted(text: string): string {
  return text.replace(
    /^\s*([A-Za-z]:\\[^"'\n]*?\\(?:npx|uvx|uv|bunx|pipx|node|python3?|py)(?:\.\w+)?)(?=\s)/i,
    '"$1"',
  );
}

/** A word processor's signs are other characters than a shell's, and nothing of them would be understood. */
export function refuseTypography(text: string, signs = /(?<=^|\s)[–—](?=\w)|[“”„]/): void {
  const sign = signs.exec(text)?.[0];
  if (sign === undefined) return;
  throw refuse(
    `found ${sign}, which a text program has made of a plain sign`,
    /[–—]/.test(sign) ? 'type - or -- in its place' : 'type " in its place',
  );
}

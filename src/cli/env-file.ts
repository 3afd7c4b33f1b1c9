import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { McpcatError } from '../lib/errors.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** A setting as a line or an option gives it; a value is never in a message, since it may be a secret. */
export type Setting = readonly [name: string, value: string];

const nameForm = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** `NAME=VALUE`, also with an empty value, or `NAME`: its value in the environment. Throws `usage`; `where` begins its message. */
export function settingOf(text: string, where: string, env: Env): Setting {
  const [, name = '', value] = /^([^=]*)(?:=(.*))?$/s.exec(text) ?? [];
  if (!nameForm.test(name))
    throw new McpcatError('usage', `${where}: expected NAME=VALUE, or NAME to take it from the environment`);
  if (value !== undefined) return [name, value];
  const inherited = env[name];
  if (inherited !== undefined) return [name, inherited];
  throw new McpcatError('usage', `${where}: ${name} is not set in the environment`, {
    hint: `${name}=VALUE gives it here`,
  });
}

/** Several settings; one that is given twice would win without a word, so it is refused. */
export function settingsOf(texts: readonly string[], where: string, env: Env): Record<string, string> {
  const given = new Map<string, string>();
  for (const text of texts) {
    const [name, value] = settingOf(text, where, env);
    if (given.has(name))
      throw new McpcatError('usage', `${where}: ${name} is given twice, and only one can count`);
    given.set(name, value);
  }
  return Object.fromEntries(given);
}

/** The settings of a file, as people write them; throws `usage` with file and line for what can be meant in two ways. */
export function readEnvFile(file: string, env: Env): Record<string, string> {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new McpcatError('usage', `--env-file: can't read ${file}`, { cause: error });
  }
  return parseEnvFile(textOf(bytes, file), file, env);
}

/** Windows PowerShell 5 writes UTF-16 where a command's output goes into a file. */
function textOf(bytes: Buffer, file: string): string {
  const text = bytes.toString('utf8');
  if (!text.includes('\0') && isUtf8(bytes)) return text;
  throw new McpcatError('usage', `${file}: expected text in UTF-8, found another encoding`, {
    hint: 'save it as UTF-8',
  });
}

/**
 * One setting a line: `NAME=VALUE`, `export NAME=VALUE` (or as bash lists them, `declare -x NAME="VALUE"`), or `NAME`
 * alone for the environment's. Values may stand in single quotes (as they are) or double quotes (`\n`, `\"`, `\\` and
 * `\$` are escapes), in both over several lines, as keys in PEM do; without quotes a `#` behind a blank begins a
 * comment. A byte order mark, blank lines and comment lines are passed over. Nothing is expanded.
 */
export function parseEnvFile(text: string, file: string, env: Env): Record<string, string> {
  const lines = new Map<string, { readonly value: string; readonly line: number }>();
  for (const { statement, line } of statements(text.replace(/^\uFEFF/, ''))) {
    const where = `${file}:${String(line)}`;
    const [name, value] = settingOf(unquoted(statement, where), where, env);
    const before = lines.get(name);
    if (before !== undefined)
      throw new McpcatError(
        'usage',
        `${where}: ${name} stands in line ${String(before.line)} already, and only one can count`,
      );
    lines.set(name, { value, line });
  }
  return Object.fromEntries([...lines].map(([name, { value }]) => [name, value]));
}

interface Statement {
  readonly statement: string;
  /** The one that it begins on, from 1. */
  readonly line: number;
}

/** A line each, and further ones up to the quote that closes what the first has opened. */
function* statements(text: string): Generator<Statement> {
  const lines = text.split(/\r?\n/);
  for (let at = 0; at < lines.length; at++) {
    const line = at + 1;
    let statement = (lines[at] ?? '').trim().replace(/^(export|declare -x)\s+/, '');
    if (statement === '' || statement.startsWith('#')) continue;
    const quote = openQuote(statement);
    const end = quote && closingLine(lines, at, quote);
    if (end !== undefined) {
      statement = [statement, ...lines.slice(at + 1, end + 1)].join('\n');
      at = end;
    }
    yield { statement, line };
  }
}

/** A line, with its end, that closes no such quote: a backslash before the end is one more escape. */
const opened = { '"': /^(?:[^"\\]|\\.)*$/s, "'": /^[^']*$/s } as const;

/** The quote that a value begins with, and its line does not close. */
function openQuote(statement: string): keyof typeof opened | undefined {
  const [, quote, rest = ''] = /^[^=\s]+\s*=\s*(["'])(.*)$/s.exec(statement) ?? [];
  return (quote === '"' || quote === "'") && opened[quote].test(`${rest}\n`) ? quote : undefined;
}

/** Undefined if nothing closes it up to the end of the file: then the first line is what is wrong. */
function closingLine(lines: readonly string[], from: number, quote: keyof typeof opened): number | undefined {
  const at = lines.findIndex((line, index) => index > from && !opened[quote].test(`${line}\n`));
  return at === -1 ? undefined : at;
}

function unquoted(line: string, where: string): string {
  if (!line.includes('=')) return line.replace(/\s+#.*$/, '');
  const [, name, value = ''] = /^([^=\s]+)\s*=\s*(.*)$/s.exec(line) ?? [];
  // "set A=b", "A b=c": settingOf says what was expected.
  if (name === undefined) return line;
  const quote = value[0];
  if (quote !== '"' && quote !== "'") return `${name}=${value.replace(/(^|\s+)#.*$/, '')}`;
  const [, inner, behind = ''] =
    (quote === '"' ? /^"((?:[^"\\]|\\.)*)"(.*)$/s : /^'([^']*)'(.*)$/s).exec(value) ?? [];
  if (inner === undefined)
    throw new McpcatError('usage', `${where}: expected a closing ${quote}, found the end of the file`);
  if (!/^\s*(#.*)?$/.test(behind))
    throw new McpcatError('usage', `${where}: expected nothing behind the closing ${quote} but a comment`);
  return `${name}=${quote === '"' ? unescaped(inner) : inner}`;
}

function unescaped(text: string): string {
  const known: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };
  return text.replaceAll(/\\([nrt"\\$`])/g, (_, letter: string) => known[letter] ?? letter);
}

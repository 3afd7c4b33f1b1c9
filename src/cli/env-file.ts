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
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new McpcatError('usage', `--env-file: can't read ${file}`, { cause: error });
  }
  return parseEnvFile(text, file, env);
}

/**
 * One setting a line: `NAME=VALUE`, `export NAME=VALUE`, or `NAME` alone for the environment's. Values may stand in single
 * quotes (as they are) or double quotes (`\n`, `\"`, `\\` and `\$` are escapes); without quotes a `#` behind a blank begins a comment. A byte
 * order mark, blank lines and comment lines are passed over. Nothing is expanded.
 */
export function parseEnvFile(text: string, file: string, env: Env): Record<string, string> {
  const lines = new Map<string, { readonly value: string; readonly line: number }>();
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const line = raw.trim().replace(/^export\s+/, '');
    if (line === '' || line.startsWith('#')) continue;
    const where = `${file}:${String(index + 1)}`;
    const [name, value] = settingOf(unquoted(line, where), where, env);
    const before = lines.get(name);
    if (before !== undefined)
      throw new McpcatError(
        'usage',
        `${where}: ${name} stands in line ${String(before.line)} already, and only one can count`,
      );
    lines.set(name, { value, line: index + 1 });
  }
  return Object.fromEntries([...lines].map(([name, { value }]) => [name, value]));
}

function unquoted(line: string, where: string): string {
  const [, name = '', , rest] = /^([^=\s]+)(\s*=\s*)?(.*)$/s.exec(line) ?? [];
  if (!/=/.test(line)) return line.replace(/\s+#.*$/, '');
  const value = rest ?? '';
  const quote = value[0];
  if (quote !== '"' && quote !== "'") return `${name}=${value.replace(/(^|\s+)#.*$/, '')}`;
  const [, inner, behind = ''] =
    (quote === '"' ? /^"((?:[^"\\]|\\.)*)"(.*)$/s : /^'([^']*)'(.*)$/s).exec(value) ?? [];
  if (inner === undefined)
    throw new McpcatError('usage', `${where}: expected a closing ${quote} on the same line`, {
      hint:
        quote === '"'
          ? String.raw`a line break inside is written \n`
          : 'use double quotes and \\n for a line break',
    });
  if (!/^\s*(#.*)?$/.test(behind))
    throw new McpcatError('usage', `${where}: expected nothing behind the closing ${quote} but a comment`);
  return `${name}=${quote === '"' ? unescaped(inner) : inner}`;
}

function unescaped(text: string): string {
  const known: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };
  return text.replaceAll(/\\([nrt"\\$`])/g, (_, letter: string) => known[letter] ?? letter);
}

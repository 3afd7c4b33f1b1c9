import { programOf } from './command-line.ts';
import { foreignWords } from './foreign-line.ts';
import { unclear } from './found.ts';
import { commandOf } from './published.ts';
import { shellWords } from './shell-words.ts';

export interface Unwrapped {
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Takes off what only starts the real line: settings in front, `env`, `cmd /c`, `sh -c '…'`, `sudo`, a client's own `mcp add`. */
export function unwrapped(words: readonly string[], depth = 0): Unwrapped {
  if (depth > 4) throw unclear(words.join(' '));
  const inner = peeled(words);
  if (inner === undefined) return { words, env: {} };
  const next = unwrapped(inner.words, depth + 1);
  return { words: next.words, env: { ...inner.env, ...next.env } };
}

function peeled(words: readonly string[]): Unwrapped | undefined {
  const [first = '', ...rest] = words;
  const program = programOf(first);
  const setting = settingOf(first);
  if (setting !== undefined) return { words: rest, env: Object.fromEntries([setting]) };
  if (/^\$?\s*$|^[$>#]$/.test(first) && words.length > 1) return { words: rest, env: {} };
  // A line in one word: where clients have a list of words, people write "npx -y pkg" all the same.
  if (rest.length === 0 && foreignWords.test(programOf(/^\S+(?=\s)/.exec(first)?.[0] ?? '')))
    return commandOf(first);
  if (program === 'env' || program === 'cross-env') return behindOptions(rest, /^(-u|--unset|-C|--chdir)$/);
  if (program === 'sudo' || program === 'exec' || program === 'nohup') return { words: rest, env: {} };
  if (program === 'wsl') return behindOptions(rest, /^(-d|--distribution|-u|--user|--cd)$/);
  // Version managers; the version of a runtime is the base's.
  if (/^(volta|asdf)$/.test(program) && /^(run|exec)$/.test(rest[0] ?? ''))
    return behindOptions(rest.slice(1), /^--(node|npm|yarn)$/);
  if (program === 'mise' && rest.includes('--'))
    return { words: rest.slice(rest.indexOf('--') + 1), env: {} };
  if (/^cmd$/i.test(program)) {
    const at = rest.findIndex((word) => !/^\/[a-z](:\w+)?$/i.test(word));
    if (/^\/[ck]$/i.test(rest[at - 1] ?? '')) return { words: oneLine(rest.slice(at)), env: {} };
  }
  if (/^(ba|z|da)?sh$/.test(program) && /^-\w*c$/.test(rest[0] ?? '')) return commandOf(rest[1] ?? '');
  if (/^(powershell|pwsh)$/i.test(program)) {
    const at = rest.findIndex((word) => /^-(c|command)$/i.test(word));
    if (at !== -1) return { words: oneLine(rest.slice(at + 1)), env: {} };
  }
  return clients.test(program) ? afterClient(program, rest) : undefined;
}

function settingOf(word: string): readonly [string, string] | undefined {
  const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(word) ?? [];
  return name === undefined || value === undefined
    ? undefined
    : [name, value.replace(/^(["'])(.*)\1$/s, '$2')];
}

function oneLine(words: readonly string[]): readonly string[] {
  return words.length === 1 ? shellWords(words[0] ?? '') : words;
}

/** The words behind a program's own options, of which some have a value in the next word. */
function behindOptions(words: readonly string[], valued: RegExp): Unwrapped {
  let at = 0;
  for (; (words[at] ?? '').startsWith('-'); at++) if (valued.test(words[at] ?? '')) at += 1;
  return { words: words.slice(at), env: {} };
}

const clients =
  /^(claude|codex|gemini|qwen|amp|copilot|opencode|auggie|droid|cursor-agent|code|code-insiders)$/;
/** Options of `CLIENT mcp add` that take a value and say nothing of the server. */
const valued = /^(-s|--scope|-t|--transport|--timeout|--startup-timeout|--description|-f|--format)$/;

/** `claude mcp add NAME -e K=V -- npx …`, `gemini mcp add -e K=V NAME npx …` → its settings and the line. */
function afterClient(client: string, words: readonly string[]): Unwrapped {
  const added = words[0] === '--add-mcp' || words[2] === '--add-mcp' ? words.at(-1) : undefined;
  if (added !== undefined) return { words: [added], env: {} };
  const [mcp, verb, ...rest] = words;
  if (mcp !== 'mcp' || !/^add(-json)?$/.test(verb ?? '')) throw unclear([client, ...words].join(' '));
  if (verb === 'add-json') return { words: rest.filter((word) => word.trim().startsWith('{')), env: {} };
  const dashes = rest.indexOf('--');
  const { env, line } = clientWords(dashes === -1 ? rest : rest.slice(0, dashes));
  // A -- behind the server's own line belongs to that.
  const found =
    dashes === -1 ? line : [...(line.length === 0 ? [] : [...line, '--']), ...rest.slice(dashes + 1)];
  if (found.length === 0) throw unclear([client, ...words].join(' '));
  return { words: found, env };
}

/** Options and settings, the name, and from the next word on the server's own line. */
function clientWords(words: readonly string[]): { env: Record<string, string>; line: readonly string[] } {
  const env: Record<string, string> = {};
  let named = false;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    const given = /^(?:-e|--env)(?:=(.*))?$/s.exec(word);
    const setting = settingOf(given === null ? word : (given[1] ?? words[++at] ?? ''));
    if (setting !== undefined) env[setting[0]] = setting[1];
    else if (valued.test(word)) at += 1;
    else if (word.startsWith('-') || given !== null) continue;
    else if (named) return { env, line: words.slice(at) };
    else named = true;
  }
  return { env, line: [] };
}

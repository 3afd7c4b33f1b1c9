import type { Env, Host } from '../host/host.ts';

/** Programs that run another one, which is the one of interest. */
const interpreters = /^(node|nodejs|bun|deno|tsx|python[\d.]*|pypy[\d.]*|uv|ruby|java|electron|npm|npx)$/i;
/** What clients put between themselves and a server: theirs is the parent's name. */
const wrappers =
  /^(sh|bash|zsh|dash|fish|ash|env|sudo|cmd|powershell|pwsh|npm|npx|pnpm|yarn|bunx|uvx|timeout|setsid|nohup)$/i;
/** Options of interpreters whose value is a word of its own. */
const valued =
  /^(-r|--require|--import|--loader|--experimental-loader|--env-file|--conditions|-C|-W|-X|--title|--inspect-port)$/;
/** After these comes a program's text, or input: no script to name. */
const textual = /^(-e|--eval|-p|--print|-c|-)$/;
/** File names that say nothing; their package or folder does. */
const plain = /^(index|main|cli|server|app|run|start|bin|dist|build|lib|src|out|bundle|__main__)$/i;

/** Variables by which clients tell their children who they are (measured on the clients themselves: CLIENTS.md). */
const variables: readonly (readonly [variable: string, client: string])[] = [
  ['CLAUDECODE', 'claude'],
  ['GEMINI_CLI', 'gemini'],
  ['OPENCODE', 'opencode'],
  ['QWEN_CODE', 'qwen'],
  ['CODEX_SANDBOX', 'codex'],
  ['CURSOR_TRACE_ID', 'cursor'],
  ['VSCODE_PID', 'vscode'],
];

const maxParents = 4;
const maxLength = 40;

/**
 * Who started us, for people: the program, script or package in the command line of the first parent that is no
 * wrapper; else what the environment says; else the nearest parent's program. Empty if nothing is known. Of a command
 * line's arguments, which may hold secrets, nothing else is ever told.
 */
export function clientName(
  host: Host,
  { env, parent }: { readonly env: Env; readonly parent: number },
): string {
  const names: string[] = [];
  let pid = parent;
  for (let step = 0; step < maxParents && pid > 1; step++) {
    const facts = host.processOf(pid);
    if (facts === undefined) break;
    const name = programName(facts.words);
    if (!wrappers.test(name) && !interpreters.test(name) && name !== '') return shown(name);
    names.push(name);
    // A script without a name ends the search: whoever is above has only started it.
    if (!wrappers.test(name)) break;
    pid = facts.parent;
  }
  return shown(variables.find(([variable]) => env[variable])?.[1] ?? names.find((name) => name !== '') ?? '');
}

/** The name of what a command line runs. */
export function programName(words: readonly string[]): string {
  const [first = '', ...rest] = words;
  const program = baseName(first);
  if (!interpreters.test(program)) return program;
  return scriptName(rest) ?? program;
}

function scriptName(words: readonly string[]): string | undefined {
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (textual.test(word)) return undefined;
    if (word === '-m') return words[at + 1];
    if (valued.test(word)) at++;
    else if (word !== '' && !word.startsWith('-')) return isScript(word) ? fromPath(word) : undefined;
  }
  return undefined;
}

/** `deno run x.ts`, `npm exec y`: verbs of the interpreter are no scripts. */
function isScript(word: string): boolean {
  return /[\\/]/.test(word) || /\.([cm]?[jt]sx?|py|rb|jar)$/i.test(word);
}

/** A file's own name if it says something, else its package's or the nearest folder's that does. */
function fromPath(script: string): string {
  const parts = script.split(/[\\/]+/).filter((part) => part !== '');
  const name = baseName(parts.at(-1) ?? '');
  if (!plain.test(name)) return name;
  const at = parts.lastIndexOf('node_modules');
  const inside = at === -1 ? parts.slice(0, -1) : parts.slice(at + 1, -1);
  const ofPackage = inside[0]?.startsWith('@') === true ? inside[1] : inside[0];
  const folder = at === -1 ? inside.findLast((part) => !plain.test(part)) : ofPackage;
  return folder ?? name;
}

function baseName(file: string): string {
  return (file.split(/[\\/]/).at(-1) ?? '').replace(/\.(exe|[cm]?[jt]sx?|py|rb|jar)$/i, '').replace(/^-/, '');
}

/** For a label and a table: printable, one line. */
function shown(name: string): string {
  // Nearly all are; the tables of Unicode take Node a part of a millisecond.
  const printable = /^[A-Za-z0-9 ._@+()-]*$/.test(name)
    ? name
    : name.replaceAll(/[^\p{L}\p{N} ._@+()-]/gu, '');
  return printable.trim().slice(0, maxLength);
}

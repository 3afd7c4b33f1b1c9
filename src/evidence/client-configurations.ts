import { parse } from 'yaml';
import type { Package } from '../package/package.ts';
import type { StartEvidence } from './evidence.ts';
import { serverWords } from './server-words.ts';

const maxBlocks = 60;

/**
 * Configurations of MCP clients in a text: objects with `command`, `args` and `env` in JSON, and the same in TOML. They
 * are the best source there is: authors try them. Only those that start this package.
 */
export function clientConfigurations(text: string, own: Pick<Package, 'name' | 'bins'>): StartEvidence[] {
  const objects = [...jsonObjects(text), ...tomlTables(text)].slice(0, maxBlocks);
  return objects.flatMap((object) => startOf(object, own));
}

interface Configuration {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

function startOf(
  { command, args, env }: Configuration,
  own: Pick<Package, 'name' | 'bins'>,
): StartEvidence[] {
  // `cmd /c npx …` and `sh -c "npx …"` are wrappers of the same line.
  const line = [...command.split(/\s+/), ...args];
  const bare = /^cmd(\.exe)?$/.test(line[0] ?? '') ? line.slice(2) : line;
  const words = /^(ba|z)?sh$/.test(bare[0] ?? '') ? (bare.at(-1) ?? '').split(/\s+/) : bare;
  const found = serverWords(words, own);
  if (found === undefined) return [];
  const handed = settingsOfRunner(words);
  return [{ witness: 'readme', ...found, env: { ...handed, ...env } }];
}

/** `docker run -e NAME=value`. */
function settingsOfRunner(words: readonly string[]): Record<string, string> {
  if (!/^(docker|podman)$/.test(words[0] ?? '')) return {};
  const given = words.flatMap((word, index) => (/^(-e|--env)$/.test(words[index - 1] ?? '') ? [word] : []));
  return Object.fromEntries(
    given.map((text) => [text.split('=')[0] ?? '', text.split('=').slice(1).join('=')]),
  );
}

/** The innermost object around each `"command":`. */
function jsonObjects(text: string): Configuration[] {
  const places = [...text.matchAll(/["']?command["']?\s*:\s*["'[]/g)].slice(0, maxBlocks);
  return places.flatMap(({ index }) => {
    const start = openingBefore(text, index);
    const end = start === -1 ? -1 : closingAfter(text, start);
    const value = end === -1 ? undefined : lenient(text.slice(start, end + 1));
    const found = configuration(value);
    return found === undefined ? [] : [found];
  });
}

function openingBefore(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at >= Math.max(0, from - 4000); at--) {
    if (text[at] === '}') depth++;
    if (text[at] === '{' && depth-- === 0) return at;
  }
  return -1;
}

function closingAfter(text: string, start: number): number {
  let depth = 0;
  let quoted = false;
  for (let at = start; at < Math.min(text.length, start + 8000); at++) {
    const char = text[at];
    if (char === '"' && text[at - 1] !== '\\') quoted = !quoted;
    // A string does not go over a line; where a quote is missing, that ends it.
    if (char === '\n') quoted = false;
    if (quoted) continue;
    if (char === '{') depth++;
    if (char === '}' && --depth === 0) return at;
  }
  return -1;
}

/** JSON with comments, trailing commas and an ellipsis here and there, as people write it in a README. */
function lenient(text: string): unknown {
  const plain = text
    .replaceAll(/&quot;/g, '"')
    .replaceAll(/^([^"\n]*(?:"[^"\n]*"[^"\n]*)*?)\/\/.*$/gm, '$1')
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll(/^\s*(\.\.\.|…),?\s*$/gm, '')
    .replaceAll(/\t/g, '  ')
    // Windows paths with single backslashes are no escapes.
    .replaceAll(/\\(?!["\\/bfnrtu])/g, '\\\\')
    .replaceAll(/,(\s*[}\]])/g, '$1');
  try {
    return JSON.parse(plain);
  } catch {
    try {
      return parse(plain, { logLevel: 'silent' });
    } catch {
      return undefined;
    }
  }
}

function configuration(value: unknown): Configuration | undefined {
  if (!isRecord(value)) return undefined;
  const command = value['command'];
  const [first, ...more] = Array.isArray(command) ? command.map(String) : [command];
  if (typeof first !== 'string') return undefined;
  const args = Array.isArray(value['args']) ? value['args'].map(wordOf) : [];
  const env = value['env'] ?? value['environment'] ?? value['envs'];
  const settings = isRecord(env)
    ? Object.entries(env).map(([name, one]) => [name, wordOf(one)] as const)
    : [];
  return { command: first, args: [...more.map(wordOf), ...args], env: Object.fromEntries(settings) };
}

/** Codex and others: `command = "npx"`, `args = […]`, and `env` as a table or inline. */
function tomlTables(source: string): Configuration[] {
  return [...source.matchAll(/^\s*command\s*=\s*"([^"]+)"/gm)].slice(0, maxBlocks).map((match) => {
    const rest = source.slice(match.index, match.index + 2000).split(/\n```/)[0] ?? '';
    const list = /^\s*args\s*=\s*(\[[\s\S]*?\])/m.exec(rest)?.[1];
    const value = list === undefined ? [] : lenient(list);
    const table = /env\s*=\s*\{([^}]*)\}|\.env\]\s*\n([\s\S]*)/.exec(rest);
    const pairs = [...(table?.[1] ?? table?.[2] ?? '').matchAll(/"?([A-Za-z_]\w*)"?\s*=\s*"([^"]*)"/g)];
    return {
      command: match[1] ?? '',
      args: Array.isArray(value) ? value.map(wordOf) : [],
      env: Object.fromEntries(pairs.map(([, name = '', one = '']) => [name, one])),
    };
  });
}

function wordOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import { McpcatError } from '../lib/errors.ts';

/** What was asked for: a source, and what the words that were pasted already say about its start. */
export interface Wanted {
  /** `npm:NAME[@RANGE]`, `pypi:NAME[@SPECIFIER]` or `go:PATH[@VERSION]`; not checked yet. */
  readonly source: string;
  /** A bin that was named beside the package. */
  readonly command: string | undefined;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** What was understood, if it was not said in so many words. */
  readonly notice: string | undefined;
}

/** Programs whose command lines `mcpcat add` understands; from such a word on, options are not its own. */
export const runners = /^(npx|bunx|pnpx|npm|pnpm|yarn|bun|uvx|uv|pipx|pip|go|claude|docker|podman|env)$/;

type Found = Pick<Wanted, 'source' | 'command' | 'args'>;

/** A source, a line that starts the server elsewhere (`npx -y pkg`, `uvx pkg`), or its address on a registry's site. */
export function wantedOf(words: readonly string[]): Wanted {
  const all = words.flatMap((word) => word.trim().split(/\s+/)).filter((word) => word !== '');
  const [first] = all;
  if (first === undefined) throw unclear('nothing');
  if (/^(npm|pypi|go):/.test(first)) {
    if (all.length > 1) throw unclear(all.join(' '));
    return { source: first, command: undefined, args: [], env: {}, notice: undefined };
  }
  const { env, rest } = settingsFirst(afterClient(all));
  const found = commandLine(rest) ?? single(rest);
  return { ...found, env, notice: `taken as ${found.source}` };
}

/** `claude mcp add NAME -e K=V -- npx …` → its settings and the line behind `--`. */
function afterClient(words: readonly string[]): string[] {
  if (words[0] !== 'claude') return [...words];
  const dashes = words.indexOf('--');
  if (dashes === -1) throw unclear(words.join(' '));
  const settings = words
    .slice(0, dashes)
    .flatMap((word, index) => (/^(-e|--env)$/.test(words[index - 1] ?? '') ? [word] : []));
  return [...settings, ...words.slice(dashes + 1)];
}

function settingsFirst(words: readonly string[]): { env: Record<string, string>; rest: string[] } {
  const rest = words[0] === 'env' ? words.slice(1) : [...words];
  const env: Record<string, string> = {};
  for (let word = rest[0]; word !== undefined; word = rest[0]) {
    const match = /^([A-Za-z_]\w*)=(.*)$/s.exec(word);
    if (match === null) break;
    env[match[1] ?? ''] = (match[2] ?? '').replace(/^(["'])(.*)\1$/s, '$2');
    rest.shift();
  }
  return { env, rest };
}

const npmRunners =
  /^(npx|bunx|pnpx)$|^(npm (exec|x|i|install|add)|pnpm (dlx|add)|yarn (dlx|add)|bun (x|add))$/;
const pypiRunners =
  /^(uvx)$|^(uv tool run|uv tool install|uv pip install|pipx run|pipx install|pip install)$/;
const goRunners = /^go (run|install|get)$/;
/** Options of those that take a value. */
const valued = /^(-p|--package|--from|--with|--python|--index-url|--refresh-package|--registry|-w)$/;

function commandLine(words: readonly string[]): Found | undefined {
  if (/^(docker|podman)$/.test(words[0] ?? ''))
    throw new McpcatError('usage', 'expected a package, found a line that runs an image', {
      hint: 'mcpcat makes images of its own from packages: npm:NAME, pypi:NAME or go:PATH',
    });
  for (const length of [3, 2, 1]) {
    const runner = words.slice(0, length).join(' ');
    const rest = words.slice(length);
    if (npmRunners.test(runner)) return packaged('npm', rest);
    if (pypiRunners.test(runner)) return packaged('pypi', rest);
    if (goRunners.test(runner)) return packaged('go', rest);
  }
  return undefined;
}

/** Options of the runner, then the package; `-p PKG` and `--from PKG` name it apart from the command. */
function packaged(kind: 'npm' | 'pypi' | 'go', words: readonly string[]): Found {
  const rest = [...words];
  let named: string | undefined;
  for (let word = rest[0]; word?.startsWith('-') === true; word = rest[0]) {
    rest.shift();
    const [option = '', inline] = word.split(/=(.*)/s);
    const value = inline ?? (valued.test(option) ? rest.shift() : undefined);
    if (/^(-p|--package|--from)$/.test(option)) named = value;
  }
  const [word, ...args] = rest;
  if (named === undefined && word === undefined) throw unclear(words.join(' '));
  const spec = named ?? word ?? '';
  const dashless = args[0] === '--' ? args.slice(1) : args;
  return {
    source: `${kind}:${specOf(kind, spec)}`,
    command: named === undefined ? undefined : word,
    args: named === undefined && kind === 'npm' ? dashless : args,
  };
}

/** The newest is what a catalog follows, so `@latest` is left out; uv writes `name@1.2`, pip `name==1.2`. */
function specOf(kind: 'npm' | 'pypi' | 'go', spec: string): string {
  const plain = spec.replace(/@latest$/, '');
  if (kind !== 'pypi') return plain;
  const [, name = '', range = ''] = /^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?(.*)$/.exec(plain) ?? [];
  return range === '' ? name : `${name}@${range.replace(/^@(?=\d)/, '==').replace(/^@/, '')}`;
}

const sites: readonly (readonly [RegExp, 'npm' | 'pypi' | 'go'])[] = [
  [/^https:\/\/(?:www\.)?npmjs\.com\/package\/((?:@[^/]+\/)?[^/?#]+)/, 'npm'],
  [/^https:\/\/pypi\.org\/project\/([^/?#]+)/, 'pypi'],
  [/^https:\/\/pkg\.go\.dev\/([^?#]+)/, 'go'],
];

function single(words: readonly string[]): Found {
  const [word = ''] = words;
  if (words.length !== 1) throw unclear(words.join(' '));
  for (const [site, kind] of sites) {
    const name = site.exec(word)?.[1];
    if (name !== undefined) return { source: `${kind}:${name}`, command: undefined, args: [] };
  }
  const path = word.replace(/^https?:\/\//, '').replace(/\.git$/, '');
  if (/^@[^/]+\/[^/]+$/.test(word))
    return { source: `npm:${specOf('npm', word)}`, command: undefined, args: [] };
  if (/^github\.com\/[^/]+\/[^/]+/.test(path))
    throw new McpcatError('usage', `expected a package, found the repository ${word}`, {
      hint: `name what it publishes: npm:NAME, pypi:NAME, or go:${path} if it is a Go program`,
    });
  throw unclear(word);
}

function unclear(found: string): McpcatError {
  const plain = /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(found) && found !== 'nothing' ? found : undefined;
  return new McpcatError(
    'usage',
    `expected npm:NAME, pypi:NAME or go:PATH, found ${plain === undefined ? found : `"${found}"`}`,
    {
      hint:
        plain === undefined
          ? 'a line such as "npx -y NAME" or "uvx NAME" is understood too'
          : `say where it comes from: npm:${plain} or pypi:${plain}`,
    },
  );
}

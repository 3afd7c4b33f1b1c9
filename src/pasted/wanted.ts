import { commandLine, programOf } from './command-line.ts';
import { configuration } from './configuration.ts';
import { refuseContainer } from './container-line.ts';
import { refuse, unclear, type Found } from './found.ts';
import { shellWords } from './shell-words.ts';
import { specOf } from './spec.ts';
import { unwrapped } from './wrappers.ts';

/** What was asked for: a source, and what the words that were pasted already say about its start. */
export interface Wanted extends Found {
  /** What was understood, if it was not said in so many words. */
  readonly notice: string | undefined;
}

/**
 * A source, a line that starts the server elsewhere (`npx -y pkg`, `uvx pkg`, `claude mcp add … -- npx pkg`), a client's
 * JSON, or the address of a package on its registry's site. One word is a whole line and is split as a shell would; several have
 * been split by the user's shell already and stay as they are. Throws `usage` for what is not understood, or would be
 * understood by half.
 */
export function wantedOf(words: readonly string[]): Wanted {
  const whole = words.length === 1 ? (words[0] ?? '').trim() : undefined;
  const config = whole === undefined ? undefined : configuration(whole);
  const all =
    config?.words ?? (whole === undefined ? words.filter((word) => word.trim() !== '') : shellWords(whole));
  const [first] = all;
  if (first === undefined) throw unclear('nothing');
  if (/^(npm|pypi|go):/.test(first)) {
    if (all.length > 1) throw unclear(all.join(' '));
    return { source: first, command: undefined, args: [], env: {}, notice: undefined };
  }
  const line = unwrapped(all);
  const inner = line.words.length === 1 ? configuration(line.words[0] ?? '') : undefined;
  const env = { ...config?.env, ...line.env, ...inner?.env };
  const found = sourceOf(inner === undefined ? line.words : unwrapped(inner.words).words);
  return { ...found, env, notice: `taken as ${found.source}` };
}

function sourceOf(words: readonly string[]): Omit<Found, 'env'> {
  const program = programOf(words[0] ?? '');
  if (/^(docker|podman|nerdctl)$/.test(program)) throw refuseContainer(words);
  if (/^(node|deno|bun|tsx|ts-node)$/.test(program) && /[./\\]/.test(words[1] ?? ''))
    throw refuse(`expected a package, found a file: ${words.join(' ')}`, 'name what it belongs to: npm:NAME');
  return commandLine(words) ?? single(words);
}

const sites: readonly (readonly [RegExp, 'npm' | 'pypi' | 'go'])[] = [
  [/^https:\/\/(?:www\.)?npmjs\.com\/package\/((?:@[^/]+\/)?[^/?#]+)/, 'npm'],
  [/^https:\/\/pypi\.org\/project\/([^/?#]+)/, 'pypi'],
  [/^https:\/\/pkg\.go\.dev\/([^?#]+)/, 'go'],
];

function single(words: readonly string[]): Omit<Found, 'env'> {
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
    throw refuse(
      `expected a package, found the repository ${word}`,
      `name what it publishes: npm:NAME, pypi:NAME, or go:${path} if it is a Go program`,
    );
  throw unclear(word);
}

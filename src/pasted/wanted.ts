import { commandLine, programOf } from './command-line.ts';
import { configuration } from './configuration.ts';
import { refuseContainer } from './container-line.ts';
import { refuse, unclear, type Found, type PackageKind } from './found.ts';
import { installLink } from './install-link.ts';
import { commandOf, refuseTypography, withoutMarks, type Command } from './published.ts';
import { serverSettings } from './runner-settings.ts';
import { specOf } from './spec.ts';
import { refuseStarter } from './starters.ts';
import { unwrapped } from './wrappers.ts';

/** What was asked for: a source, and what the words that were pasted already say about its start. */
export interface Wanted extends Found {
  /** What was understood, if it was not said in so many words. */
  readonly notice: string | undefined;
}

/**
 * A source, a line that starts the server elsewhere (`npx -y pkg`, `uvx pkg`, `claude mcp add … -- npx pkg`), a client's
 * configuration, a link that puts it there, or the address of a package on its registry's site. One word is a whole line and is split as a shell would; several have
 * been split by the user's shell already and stay as they are. Throws `usage` for what is not understood, or would be
 * understood by half.
 */
export function wantedOf(words: readonly string[]): Wanted {
  const whole = words.length === 1 ? withoutMarks(words[0] ?? '') : undefined;
  const given =
    whole === undefined ? { words: words.filter((word) => word.trim() !== ''), env: {} } : read(whole);
  const [first] = given.words;
  if (first === undefined) throw unclear('nothing');
  const kind = kinds.find((one) => first.startsWith(`${one}:`));
  if (kind !== undefined) {
    if (given.words.length > 1)
      throw refuse(
        `expected ${first} alone, found ${given.words.slice(1).join(' ')} behind it`,
        'arguments of the server are given apart',
      );
    // As the package's own tool writes its version too: `pypi:NAME==1.0`, `npm:NAME@latest`.
    const source = `${kind}:${specOf(kind, first.slice(kind.length + 1))}`;
    return { source, command: undefined, args: [], env: {}, notice: undefined };
  }
  const line = unwrapped(given.words);
  const inner = line.words.length === 1 ? configuration(line.words[0] ?? '') : undefined;
  const env = serverSettings({ ...given.env, ...line.env, ...inner?.env });
  const found = sourceOf(inner === undefined ? line.words : unwrapped(inner.words).words);
  refuseStarter(found.source, found.args);
  return { ...found, env, notice: `taken as ${found.source}` };
}

const kinds: readonly PackageKind[] = ['npm', 'pypi', 'go'];

/** One word is a client's configuration, a link that holds one, or a command. */
function read(whole: string): Command {
  refuseTypography(whole, /(?<=[{,]\s*)[“”](?=\w+[“”]\s*:)/);
  return configuration(installLink(whole) ?? whole) ?? commandOf(whole);
}

function sourceOf(words: readonly string[]): Omit<Found, 'env'> {
  const program = programOf(words[0] ?? '');
  if (/^(docker|podman|nerdctl)$/.test(program)) throw refuseContainer(words);
  if (/^(node|deno|bun|tsx|ts-node)$/.test(program) && /[./\\]/.test(words[1] ?? ''))
    throw refuse(`expected a package, found a file: ${words.join(' ')}`, 'name what it belongs to: npm:NAME');
  return commandLine(words) ?? single(words);
}

/** A page of a package: its name, and its release where the address names one. */
const sites: readonly (readonly [RegExp, PackageKind])[] = [
  [/^(?:www\.)?npmjs\.com\/package\/((?:@[^/]+\/)?[^/?#]+)(?:\/v\/([^/?#]+))?/, 'npm'],
  [/^pypi\.org\/(?:project|p)\/([^/?#]+)(?:\/(\d[^/?#]*))?/, 'pypi'],
  [/^pkg\.go\.dev\/([^?#]+)/, 'go'],
];

function single(words: readonly string[]): Omit<Found, 'env'> {
  const [word = ''] = words;
  const path = word.replace(/^https?:\/\//, '').replace(/\.git$/, '');
  const [, repository] = /^(github\.com\/[^/]+\/[^/?#]+)/.exec(path) ?? [];
  if (words.length === 1) {
    for (const [site, kind] of sites) {
      const [, name, release] = site.exec(path) ?? [];
      if (name !== undefined)
        return { source: `${kind}:${name}${ofRelease(kind, release)}`, command: undefined, args: [] };
    }
    if (/^@[^/]+\/[^/]+$/.test(word))
      return { source: `npm:${specOf('npm', word)}`, command: undefined, args: [] };
    if (repository !== undefined)
      throw refuse(
        `expected a package, found the repository ${word}`,
        `name what it publishes: npm:NAME, pypi:NAME, or go:${repository} if it is a Go program`,
      );
  }
  if (/^(https?|wss?):\/\//.test(word))
    throw refuse(
      `expected a package, found the address ${word}`,
      'a server that is reached by an address runs elsewhere: name a package instead',
    );
  throw unclear(words.join(' '));
}

function ofRelease(kind: PackageKind, release: string | undefined): string {
  if (release === undefined) return '';
  return kind === 'pypi' ? `@==${release}` : `@${release}`;
}

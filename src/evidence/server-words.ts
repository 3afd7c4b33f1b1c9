import type { Package } from '../package/package.ts';
import { pypiName } from '../upstream/pypi-name.ts';

/** Of a command line that starts this very package: what comes after it. Undefined if it starts something else. */
export function serverWords(
  words: readonly string[],
  { name, bins }: Pick<Package, 'name' | 'bins'>,
): { readonly args: string[]; readonly command: string | undefined } | undefined {
  if (/^(docker|podman)$/.test(words[0] ?? '')) return imageWords(words, { name, bins });
  const at = words.findIndex((word) => isPackage(word, name));
  const next = words[at + 1];
  if (at !== -1 && next !== undefined && (bins.includes(next) || isScript(next)))
    return { args: words.slice(at + 2), command: bins.includes(next) ? next : undefined };
  const program = words.findIndex((word) => !/^@[^/]+\//.test(word) && bins.includes(baseOf(word)));
  const found = Math.max(at, program);
  if (found !== -1) {
    const word = words[found] ?? '';
    return { args: words.slice(found + 1), command: bins.includes(baseOf(word)) ? baseOf(word) : undefined };
  }
  // `node /path/to/dist/index.js`, `python -m module`: from a checkout.
  const script = words.findIndex((word, index) => isScript(word) || words[index - 1] === '-m');
  if (script === -1 || !/^(node|bun|deno|tsx|uv|python3?|go)$/.test(baseOf(words[0] ?? ''))) return undefined;
  return { args: words.slice(script + 1), command: undefined };
}

function isPackage(word: string, name: string): boolean {
  const plain = word.toLowerCase().replace(/^--(package|from)=/, '');
  const spec = plain.replace(/(?<=.)(@[^/]*|\[[^\]]*\].*|==.*|>=.*)$/, '');
  return pypiName(spec) === pypiName(name);
}

function isScript(word: string): boolean {
  return /[\w}/\\]\.(m?js|cjs|ts|py)$/.test(word) && !word.startsWith('-');
}

function baseOf(word: string): string {
  return (
    word
      .split(/[\\/]/)
      .at(-1)
      ?.replace(/\.(exe|cmd)$/, '') ?? ''
  );
}

/** `docker run -i --rm -e KEY IMAGE args`: an image is of this package if it has its last word. */
function imageWords(
  words: readonly string[],
  { name, bins }: Pick<Package, 'name' | 'bins'>,
): { args: string[]; command: undefined } | undefined {
  const own = [name.split('/').at(-1) ?? name, ...name.split('/').slice(2, 3), ...bins].map((word) =>
    word.toLowerCase(),
  );
  const at = words.findIndex(
    (word, index) =>
      index > 1 &&
      !word.startsWith('-') &&
      own.some((base) => baseOf(word.split(':')[0] ?? '').toLowerCase() === base),
  );
  return at === -1 ? undefined : { args: words.slice(at + 1), command: undefined };
}

import type { Source } from '../catalog/source.ts';

/** Words that say only that it is a server of this kind. */
const plain = new Set(['mcp', 'server', 'servers', 'mcpserver', 'modelcontextprotocol', 'stdio', 'official']);
/** Said of the language, at the end of a name. */
const languages = /^(js|ts|py|node|npx|python|golang|rs)$/;
/** A name of one such word says nothing without its owner. */
const vague = new Set(
  'admin agent ai api app apps browser cli client cloud code connect content core data database db desktop dev docs documentation edge events files full hub kit local lite manager management platform plugin remote search skill skills tool toolkit tools ui utils web work'.split(
    ' ',
  ),
);

/** The name a person would type: without scope, without the words that every server has, without its language. */
export function nameOf({ kind, name }: Pick<Source, 'kind' | 'name'>): string {
  const { owner, words } = partsOf(kind, name);
  const kept = words.filter((word) => !plain.has(word));
  while (kept.length > 1 && languages.test(kept.at(-1) ?? '')) kept.pop();
  if (kept[0] === 'for' || kept[0] === 'the') kept.shift();
  const own = kept.join('-');
  const [only] = kept;
  const isVague = kept.length === 1 && only !== undefined && vague.has(only);
  const text = own === '' ? owner : isVague && owner !== '' && owner !== own ? `${owner}-${own}` : own;
  return tidy(text === '' ? words.join('-') : text);
}

/** Another name for one that is taken: with its owner in front, or with where it comes from behind. */
export function otherNames(source: Pick<Source, 'kind' | 'name'>): string[] {
  const name = nameOf(source);
  const { owner } = partsOf(source.kind, source.name);
  const owned = owner === '' || name.startsWith(owner) ? [] : [tidy(`${owner}-${name}`)];
  return [...owned, tidy(`${name}-${source.kind}`)];
}

function partsOf(kind: Source['kind'], name: string): { owner: string; words: string[] } {
  if (kind === 'go') return goParts(name);
  const [, scope = '', base = ''] = /^(?:@([^/]+)\/)?(.+)$/.exec(name.toLowerCase()) ?? [];
  // `awslabs.x-mcp-server`: PyPI's way of a scope.
  const [, dotted = '', rest = base] = /^([a-z]+)\.([a-z].*)$/.exec(base) ?? [];
  const owner = ownerOf(scope || dotted);
  return { owner, words: split(rest) };
}

function goParts(path: string): { owner: string; words: string[] } {
  const parts = path
    .toLowerCase()
    .split('/')
    .filter((part) => !/^v\d+$/.test(part));
  const [, owner = '', repository = ''] = parts;
  const last = parts.length > 3 ? (parts.at(-1) ?? '') : repository;
  const meaningful = split(last).some((word) => !plain.has(word) && !/^(cmd|main|cli|bin)$/.test(word));
  return { owner: ownerOf(owner), words: split(meaningful ? last : repository || last) };
}

/** `@makenotion-mcp`, `@azure`: the owner without the same plain words. */
function ownerOf(scope: string): string {
  const words = split(scope).filter((word) => !plain.has(word));
  return tidy(words.join('-'));
}

function split(text: string): string[] {
  return text
    .replaceAll(/mcp-?server|server-?mcp/g, '-mcp-')
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}

function tidy(text: string): string {
  return text
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replaceAll(/-{2,}/g, '-')
    .slice(0, 40)
    .replaceAll(/^-+|-+$/g, '');
}

const spellings: Readonly<Record<string, string>> = Object.fromEntries(
  'AI API AWS CLI CSS CSV DB DNS GCP GitHub GitLab HTML HTTP IBM ID IMAP iOS JSON KYC LLM MCP MongoDB MySQL npm OCR OpenAI OpenAPI PDF PostgreSQL RAG REST RSS S3 SEO SMTP SQL SQLite SSH SSL TLS TTS UI URL XML YAML YouTube'
    .split(' ')
    .map((word) => [word.toLowerCase(), word]),
);

/** `brave-search` → `Brave Search`; words are spelled as `text`, which its owners wrote, mostly does. */
export function titleOf(name: string, text = ''): string {
  return name
    .split('-')
    .map((word) => spellings[word] ?? spelled(word, text) ?? word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');
}

/** The most frequent way to write a word that has capitals in it: `ESLint`, `DuckDB`. */
function spelled(word: string, text: string): string | undefined {
  if (word.length < 3 || !/^[a-z0-9]+$/.test(word)) return undefined;
  const found = [...text.matchAll(new RegExp(`(?<![\\w/@.-])${word}(?![\\w/.-])`, 'gi'))].map(
    ([match]) => match,
  );
  const capitals = found.filter(
    (match) => /[A-Z]/.test(match) && (match.length < 5 || match !== match.toUpperCase()),
  );
  const counts = [...Map.groupBy(capitals, (match) => match)].sort(([, a], [, b]) => b.length - a.length);
  return counts[0]?.[0];
}

import type { Package } from '../package/package.ts';
import { isSettingName, type SettingEvidence, type StartEvidence } from './evidence.ts';
import { serverWords } from './server-words.ts';

/** Lines of shell in fenced blocks of a text: how it is started, and what is exported before. */
export function shellLines(
  text: string,
  own: Pick<Package, 'name' | 'bins'>,
): { readonly starts: StartEvidence[]; readonly settings: SettingEvidence[] } {
  const lines = fenced(text);
  return { starts: lines.flatMap((line) => startOf(line, own)), settings: lines.flatMap(assignment) };
}

function fenced(text: string): string[] {
  const blocks = [...text.matchAll(/^[ \t]*(```|~~~)[^\n]*\n([\s\S]*?)^[ \t]*\1/gm)].map(
    (match) => match[2] ?? '',
  );
  return blocks
    .flatMap((block) => block.replaceAll(/\\\n\s*/g, ' ').split('\n'))
    .map((line) => line.trim().replace(/^[$>%] /, ''))
    .filter((line) => line !== '' && line.length < 500);
}

function startOf(line: string, own: Pick<Package, 'name' | 'bins'>): StartEvidence[] {
  if (!/^([A-Z_]+=\S* )*(npx|bunx|uvx|uv|pipx|pnpm|claude|docker|node|python3?|[\w.-]+)( |$)/.test(line))
    return [];
  if (
    /^(pip|npm|uv pip|uv tool|pipx|go|brew|cargo|git|cd|curl|yarn|make|pnpm (add|i)|npx (-y )?@(modelcontextprotocol\/inspector|smithery))/.test(
      line,
    )
  )
    return [];
  const all = wordsOf(line);
  const dashes = all[0] === 'claude' ? all.indexOf('--') : -1;
  const words =
    dashes === -1
      ? all
      : [...all.slice(0, dashes).filter((_, index) => isGiven(all, index)), ...all.slice(dashes + 1)];
  const env = Object.fromEntries(
    words
      .filter(
        (word, index) =>
          /^[A-Z][A-Z0-9_]+=/.test(word) &&
          (index === 0 || /^(-e|--env)$|^[A-Z][A-Z0-9_]+=/.test(words[index - 1] ?? '')),
      )
      .map((word) => [word.split('=')[0] ?? '', word.split('=').slice(1).join('=')]),
  );
  const found = serverWords(
    words.filter((word) => !/^[A-Z][A-Z0-9_]+=/.test(word)),
    own,
  );
  if (found === undefined || found.args.some((word) => /^[|>&;]/.test(word))) return [];
  return [{ witness: 'readme', ...found, env }];
}

/** `-e NAME=value` of a client's own command line. */
function isGiven(words: readonly string[], index: number): boolean {
  return /^(-e|--env)$/.test(words[index - 1] ?? '') && /^[A-Z][A-Z0-9_]+=/.test(words[index] ?? '');
}

/** `export NAME=value`, `NAME=value` on a line of its own, as in a `.env` file. */
function assignment(line: string): SettingEvidence[] {
  const match = /^(?:export |set |\$env:)?([A-Z][A-Z0-9_]+)\s*=\s*(.*?)(?:\s+#\s*(.*))?$/.exec(line);
  const name = match?.[1] ?? '';
  if (!isSettingName(name) || /\s/.test(match?.[2]?.replaceAll(/"[^"]*"|'[^']*'/g, '') ?? '')) return [];
  const value = (match?.[2] ?? '').replace(/^(["'])(.*)\1$/, '$2');
  const comment = match?.[3];
  return [
    {
      name,
      witness: 'readme',
      value,
      description: comment,
      ...(comment !== undefined && /optional/i.test(comment) ? { required: false } : {}),
    },
  ];
}

/** Words of a line of shell, with its quotes taken off. */
function wordsOf(line: string): string[] {
  const own = line.replace(/\s#\s.*$/, '');
  return [...own.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)].map(([word]) => word.replaceAll(/["']/g, ''));
}

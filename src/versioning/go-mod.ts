import { goVersions, isGoVersion } from './go.ts';

/** One `retract` of a go.mod: every version from `low` to `high`, both included. */
interface Retraction {
  readonly low: string;
  readonly high: string;
  /** Its comment. */
  readonly reason: string;
}

/** What a go.mod says about its own module (go.dev/ref/mod#go-mod-file-retract and #go-mod-file-module-deprecation). */
export interface ModuleNotices {
  readonly retractions: readonly Retraction[];
  readonly deprecated: string | undefined;
}

export function moduleNotices(goMod: string): ModuleNotices {
  const retractions: Retraction[] = [];
  let deprecated: string | undefined;
  for (const { words, comment } of statements(goMod)) {
    if (/^module\s/.test(words)) deprecated = /\bDeprecated:\s*(.+)/.exec(comment)?.[1];
    const range = /^retract\s+(.+)$/.exec(words)?.[1];
    const bounds = range === undefined ? undefined : boundsOf(range);
    if (bounds !== undefined) retractions.push({ ...bounds, reason: comment });
  }
  return { retractions, deprecated };
}

/** Each directive on a line of its own, those of a block with the block's word before them; comments above or beside. */
function statements(goMod: string): { words: string; comment: string }[] {
  const found: { words: string; comment: string }[] = [];
  let above: string[] = [];
  let block = '';
  for (const line of goMod.split('\n')) {
    const [code = '', ...rest] = line.split('//');
    const words = code.trim();
    const beside = rest.join('//').trim();
    const comment = [...above, beside].filter(Boolean);
    // A blank line ends the comment that belongs to what follows it.
    above = words === '' && beside !== '' ? comment : [];
    if (words.endsWith('(')) {
      block = words.slice(0, -1).trim();
      above = comment; // stands for the whole block
    } else if (words === ')') block = '';
    else if (words !== '') found.push({ words: `${block} ${words}`.trim(), comment: comment.join(' ') });
  }
  return found;
}

/** `v1.2.3` or `[v1.0.0, v1.2.3]`. */
function boundsOf(text: string): { low: string; high: string } | undefined {
  const [low = '', high = low] = text.replaceAll(/[[\]\s"`]/g, '').split(',');
  return isGoVersion(low) && isGoVersion(high) ? { low, high } : undefined;
}

/** Why a version was retracted; undefined if it was not. */
export function retractionOf(version: string, { retractions }: ModuleNotices): string | undefined {
  const { compare } = goVersions;
  return retractions.find(({ low, high }) => compare(low, version) <= 0 && compare(version, high) <= 0)
    ?.reason;
}

import type { Guarantee } from '../engine/engine.ts';
import { described, type Member } from './json.ts';
import type { Problem } from './problems.ts';

/** What may stand there. */
export const limitNames: readonly Guarantee[] = [
  'memory',
  'swap',
  'cpu',
  'pids',
  'nofile',
  'no-exec',
  'seccomp',
];

export function isLimit(text: string): text is Guarantee {
  return limitNames.some((name) => name === text);
}

interface Read {
  readonly found: readonly Guarantee[];
  readonly problems: readonly Problem[];
}

/** `acceptMissing` of the settings file: what a start may do without. */
export function acceptMissingIn(member: Member | undefined): Read {
  if (member === undefined) return { found: [], problems: [] };
  const { value } = member;
  const items = value.kind === 'array' ? value.items : [value];
  const found = items.flatMap((item) => (item.kind === 'text' && isLimit(item.value) ? [item.value] : []));
  const wrong = items.filter((item) => !(item.kind === 'text' && isLimit(item.value)));
  const problems = value.kind === 'array' ? wrong : [value];
  return {
    found,
    problems: problems.map((item) => ({
      at: item.at,
      message: `acceptMissing: expected a list of ${limitNames.join(', ')}, found ${described(item)}`,
    })),
  };
}

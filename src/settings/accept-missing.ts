import type { LimitName } from '../engine/engine.ts';
import { McpcatError } from '../lib/errors.ts';
import { described, type Member } from './json.ts';
import type { Problem } from './problems.ts';

const names: readonly LimitName[] = ['memory', 'swap', 'cpu', 'pids'];

function isLimit(text: string): text is LimitName {
  return names.some((name) => name === text);
}

interface Read {
  readonly found: readonly LimitName[];
  readonly problems: readonly Problem[];
}

/** `acceptMissing` of the settings file: limits that a start may do without. */
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
      message: `acceptMissing: expected a list of ${names.join(', ')}, found ${described(item)}`,
    })),
  };
}

/**
 * What one start may do without. Throws `usage` for what is no limit, and for what not every settings file that is there
 * permits: an option alone, which stands in some client's file, takes no limit away.
 */
export function missingAccepted(
  settings: readonly { readonly file: string; readonly acceptMissing: readonly LimitName[] }[],
  wanted: readonly string[],
): readonly LimitName[] {
  const all = wanted.flatMap((text) => text.split(','));
  const unknown = all.find((text) => !isLimit(text));
  const inputs = [{ name: 'accept-missing' }] as const;
  if (unknown !== undefined)
    throw new McpcatError('usage', `expected limits (${names.join(', ')}), found "${unknown}"`, { inputs });
  const limits = all.filter(isLimit);
  for (const limit of limits) {
    const against = settings.find(({ acceptMissing }) => !acceptMissing.includes(limit));
    if (settings.length > 0 && against === undefined) continue;
    const where =
      against === undefined
        ? 'there is no settings file that permits it'
        : `${against.file} does not permit it`;
    throw new McpcatError('usage', `a start without the limit ${limit} is asked for, and ${where}`, {
      hint: `"acceptMissing": ["${limit}"] there permits it`,
    });
  }
  return limits;
}

import type { Guarantee } from '../engine/engine.ts';
import { McpcatError } from '../lib/errors.ts';
import { isLimit, limitNames } from './accept-missing.ts';

/**
 * What one start may do without. Throws `usage` for what is no limit, and for what not every settings file that is there
 * permits: an option alone, which stands in some client's file, takes no limit away.
 */
export function missingAccepted(
  settings: readonly { readonly file: string; readonly acceptMissing: readonly Guarantee[] }[],
  wanted: readonly string[],
): readonly Guarantee[] {
  const all = wanted.flatMap((text) => text.split(','));
  const unknown = all.find((text) => !isLimit(text));
  const inputs = [{ name: 'accept-missing' }] as const;
  if (unknown !== undefined)
    throw new McpcatError('usage', `expected limits (${limitNames.join(', ')}), found "${unknown}"`, {
      inputs,
    });
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

import { firstHidden } from '../lib/plain-text.ts';
import type { Contradiction } from './mount-checks.ts';

/** Every key and every text of a value, and of what is below it, that holds characters which nobody sees. */
export function hiddenTexts(value: unknown, path: readonly PropertyKey[]): Contradiction[] {
  return textsOf(value, path).flatMap(({ path: at, text }) => {
    const found = firstHidden(text);
    if (found === undefined) return [];
    const message = `${at.map(String).join('.')}: expected visible characters, found ${found}`;
    return [{ path: at, message, hint: 'no control, direction or invisible characters' }];
  });
}

/** Every key and every text below a value, with its path. */
function textsOf(
  value: unknown,
  path: readonly PropertyKey[],
): { path: readonly PropertyKey[]; text: string }[] {
  if (typeof value === 'string') return [{ path, text: value }];
  if (typeof value !== 'object' || value === null) return [];
  const inner: readonly (readonly [string | number, unknown])[] = Array.isArray(value)
    ? value.map((item: unknown, index) => [index, item] as const)
    : Object.entries(value);
  return inner.flatMap(([key, item]) => [
    ...(typeof key === 'string' ? [{ path: [...path, key], text: key }] : []),
    ...textsOf(item, [...path, key]),
  ]);
}

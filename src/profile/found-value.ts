import { oneLine } from '../lib/plain-text.ts';

/**
 * What stands at a path of a value, for a message. Of what may hold a secret (settings, arguments) only what kind of
 * thing it is.
 */
export function foundAt(value: unknown, path: readonly PropertyKey[]): string {
  const found = path.reduce<unknown>(member, value);
  const quiet = path.some((key) => key === 'settings' || key === 'args');
  if (found === undefined || found === null) return 'nothing';
  if (Array.isArray(found)) return 'a list';
  if (typeof found === 'object') return 'a mapping';
  if (typeof found === 'string') return quiet ? 'a text' : JSON.stringify(oneLine(found, 60));
  return quiet ? `a ${typeof found}` : JSON.stringify(found);
}

function member(value: unknown, key: PropertyKey): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Readonly<Record<PropertyKey, unknown>>)[key];
}

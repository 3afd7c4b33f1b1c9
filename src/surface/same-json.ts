import type { JsonValue } from '../lib/json-value.ts';
import { withoutMoments, withSortedKeys } from '../mcp/schema-hash.ts';

/** Whether two values say the same: the order of keys counts for nothing, nor does a default that is a moment. */
export function isSame(a: JsonValue, b: JsonValue): boolean {
  return comparable(a) === comparable(b);
}

/** One text for all values that say the same. */
export function comparable(value: JsonValue): string {
  return JSON.stringify(withSortedKeys(withoutMoments(value)));
}

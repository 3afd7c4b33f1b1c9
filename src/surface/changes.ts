import { isJsonObject, type JsonObject, type JsonValue } from '../lib/json-value.ts';
import { isSame } from './same-json.ts';
import { definitionKey, listNames, type Lists, type RevisionSurface } from './surface.ts';

/** One text, number or other value that is another one than before. */
export interface Change {
  /** `inputSchema.properties.path.description`; empty for the whole. */
  readonly where: string;
  /** Texts as they are, other values as JSON; undefined where there is none. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** One definition of a list against what was recorded of it. */
export type Compared =
  | { readonly state: 'same'; readonly key: string }
  | { readonly state: 'changed'; readonly key: string; readonly changes: readonly Change[] }
  | { readonly state: 'new'; readonly key: string }
  | { readonly state: 'missing'; readonly key: string };

/** Every value that differs; the order of keys counts for nothing. */
export function changesIn(before: JsonValue, after: JsonValue, where = ''): readonly Change[] {
  if (isSame(before, after)) return [];
  if (isJsonObject(before) && isJsonObject(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) =>
      memberChanges([before[key], after[key]], where === '' ? key : `${where}.${key}`),
    );
  }
  if (isList(before) && isList(after) && before.length === after.length)
    return before.flatMap((item, index) =>
      changesIn(item, after[index] ?? null, `${where}[${String(index)}]`),
    );
  return [{ where, before: textOf(before), after: textOf(after) }];
}

function memberChanges(
  [before, after]: readonly [JsonValue | undefined, JsonValue | undefined],
  where: string,
): readonly Change[] {
  if (before !== undefined && after !== undefined) return changesIn(before, after, where);
  return [{ where, before: textOf(before), after: textOf(after) }];
}

function textOf(value: JsonValue | undefined): string | undefined {
  return value === undefined || typeof value === 'string' ? value : JSON.stringify(value);
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** By their keys, sorted. `recorded` is what stood there when it was reviewed, `live` what is there now. */
export function compareList<L extends keyof Lists>(
  list: L,
  { recorded, live }: { readonly recorded: Lists[L]; readonly live: Lists[L] },
): readonly Compared[] {
  const key = (one: JsonObject): string => definitionKey(list, one);
  const [before, after] = [byKey(recorded, key), byKey(live, key)];
  return [...new Set([...before.keys(), ...after.keys()])]
    .toSorted()
    .map((name) => compared(name, before.get(name), after.get(name)));
}

function byKey(
  list: readonly JsonObject[],
  key: (one: JsonObject) => string,
): ReadonlyMap<string, JsonObject> {
  return new Map(list.map((one) => [key(one), one]));
}

function compared(key: string, before: JsonObject | undefined, after: JsonObject | undefined): Compared {
  if (before === undefined) return { state: 'new', key };
  if (after === undefined) return { state: 'missing', key };
  const changes = changesIn(before, after);
  return changes.length === 0 ? { state: 'same', key } : { state: 'changed', key, changes };
}

/** Each difference between what was recorded of a revision and what it is now, in one line. */
export function revisionChanges(recorded: RevisionSurface, live: RevisionSurface): readonly string[] {
  const about = changesIn(aboutOf(recorded), aboutOf(live));
  const lists = listNames.flatMap((list) =>
    compareList(list, { recorded: recorded[list], live: live[list] }).flatMap((one) =>
      comparedText(list, one),
    ),
  );
  return [...about.map(({ where }) => `other ${where}`), ...lists];
}

function aboutOf({ serverInfo, capabilities, instructions }: RevisionSurface): JsonObject {
  return { serverInfo, capabilities, ...(instructions === undefined ? {} : { instructions }) };
}

function comparedText(list: keyof Lists, one: Compared): readonly string[] {
  const name = `${list}: ${one.key}`;
  switch (one.state) {
    case 'same':
      return [];
    case 'new':
      return [`${name}: added`];
    case 'missing':
      return [`${name}: removed`];
    case 'changed':
      return one.changes.map(({ where }) => `${name}: other ${where}`);
  }
}

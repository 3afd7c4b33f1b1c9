import { JsonFault, readJson, type Json } from './json.ts';

/**
 * The value of a JSON text, for what goes on as it is. Throws JsonFault, with the place, also for a key that stands twice
 * and for an integer that JavaScript would round: another number than the one that was written is none.
 */
export function exactJson(text: string): unknown {
  const rounded = roundedIn(readJson(text), text);
  if (rounded !== undefined)
    throw new JsonFault(
      rounded,
      'expected an integer between -9007199254740991 and 9007199254740991, found one that would be rounded',
    );
  return JSON.parse(text);
}

/** Where the first such number stands. */
function roundedIn(json: Json, text: string): number | undefined {
  switch (json.kind) {
    case 'number':
      return Number.isSafeInteger(json.value) || !/^-?\d+(?![\d.eE])/.test(text.slice(json.at, json.at + 400))
        ? undefined
        : json.at;
    case 'array':
      return firstOf(json.items, text);
    case 'object':
      return firstOf(
        [...json.members.values()].map(({ value }) => value),
        text,
      );
    default:
      return undefined;
  }
}

function firstOf(all: readonly Json[], text: string): number | undefined {
  for (const json of all) {
    const at = roundedIn(json, text);
    if (at !== undefined) return at;
  }
  return undefined;
}

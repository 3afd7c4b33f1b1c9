/*
 * Words of a command line as a tool's JSON Schema has them. Only what decides between text, number, boolean and JSON is
 * read; whether a value is permitted the server says.
 */

import { exactJson } from '../settings/exact-json.ts';

export type Schema = Readonly<Record<string, unknown>>;

export type Read =
  { readonly kind: 'read'; readonly value: unknown } | { readonly kind: 'wrong'; readonly problem: string };

interface Within {
  readonly schema: unknown;
  /** What references lead into. */
  readonly root: Schema;
}

export function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function propertiesOf({ properties }: Schema): Schema {
  return isSchema(properties) ? properties : {};
}

export function requiredOf({ required }: Schema): readonly string[] {
  return Array.isArray(required) ? required.filter((name) => typeof name === 'string') : [];
}

const deepest = 8;

/** The schema and its alternatives, without references. */
function alternatives({ schema, root }: Within, depth = 0): readonly Schema[] {
  if (!isSchema(schema) || depth > deepest) return [];
  const { $ref, anyOf, oneOf, allOf } = schema;
  const inner = [anyOf, oneOf, allOf].flatMap((list: unknown): unknown[] =>
    Array.isArray(list) ? list : [],
  );
  const referenced = typeof $ref === 'string' ? [resolved($ref, root)] : [];
  const all = [...referenced, ...inner].flatMap((one) => alternatives({ schema: one, root }, depth + 1));
  return all.length === 0 ? [schema] : all;
}

/** `#/$defs/Name` and the like, within the same schema. */
function resolved(reference: string, root: Schema): unknown {
  if (!reference.startsWith('#/')) return undefined;
  return reference
    .slice(2)
    .split('/')
    .reduce((at: unknown, key) => (isSchema(at) ? at[key] : undefined), root);
}

function choicesOf({ enum: choices, const: only }: Schema): readonly unknown[] {
  if (only !== undefined) return [only];
  return Array.isArray(choices) ? choices : [];
}

function typesOf(one: Schema): readonly string[] {
  const { type, properties, items } = one;
  const named = [type].flat().filter((name) => typeof name === 'string');
  if (named.length > 0) return named;
  if (properties !== undefined) return ['object'];
  if (items !== undefined) return ['array'];
  return choicesOf(one).map((choice) => (choice === null ? 'null' : typeof choice));
}

/** `integer`, `"a" or "b"`, `text or null`; what is expected, in words. */
export function kindText(schema: unknown, root: Schema): string {
  const kinds = alternatives({ schema, root }).flatMap((one) => {
    const choices = choicesOf(one);
    if (choices.length > 0) return choices.map((choice) => JSON.stringify(choice));
    return typesOf(one).map((type) => (type === 'string' ? 'text' : type));
  });
  return kinds.length === 0 ? 'anything' : [...new Set(kinds)].join(' or ');
}

/** How a text reads as each of JSON Schema's types; undefined where it does not. Text comes last: everything reads as it. */
const readers: readonly (readonly [type: string, read: (text: string) => unknown])[] = [
  ['boolean', (text) => (text === 'true' ? true : text === 'false' ? false : undefined)],
  ['null', (text) => (text === 'null' ? null : undefined)],
  ['integer', (text) => (/^-?\d+$/.test(text) ? exact(text) : undefined)],
  ['number', (text) => (/^-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? exact(text) : undefined)],
  ['array', (text) => ofJson(text, Array.isArray)],
  ['object', (text) => ofJson(text, isSchema)],
  ['string', (text) => text],
];

/** Another number than the one that was typed is none. */
function exact(text: string): number | undefined {
  const value = Number(text);
  return Number.isFinite(value) && (!/^-?\d+$/.test(text) || Number.isSafeInteger(value)) ? value : undefined;
}

function ofJson(text: string, fits: (value: unknown) => boolean): unknown {
  try {
    const value = exactJson(text);
    return fits(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** What was typed for one argument, once or more often; more than one are the items of an array. */
export function valueFor(texts: readonly string[], within: Within): Read {
  const all = alternatives(within);
  const [text = ''] = texts;
  if (texts.length === 1) {
    const found = single(text, all);
    if (found !== undefined) return { kind: 'read', value: found.value };
  }
  const list = all.find((one) => typesOf(one).includes('array'));
  if (list === undefined && texts.length > 1)
    return { kind: 'wrong', problem: `given ${String(texts.length)} times, and it is no array` };
  if (list === undefined) return { kind: 'wrong', problem: `${expected(within)}, found "${text}"` };
  return listOf(texts, { schema: list['items'] ?? {}, root: within.root });
}

function expected({ schema, root }: Within): string {
  return `expected ${kindText(schema, root)}`;
}

function single(text: string, all: readonly Schema[]): { readonly value: unknown } | undefined {
  const choices = all.flatMap(choicesOf);
  const chosen = choices.filter(
    (choice) => choice === text || (typeof choice !== 'string' && JSON.stringify(choice) === text),
  );
  if (chosen.length > 0) return { value: chosen[0] };
  const open = all.filter((one) => choicesOf(one).length === 0);
  if (open.length === 0 && choices.length > 0) return undefined;
  const types = open.flatMap(typesOf);
  if (types.length === 0) return { value: text };
  for (const [type, read] of readers) {
    const value = types.includes(type) ? read(text) : undefined;
    if (value !== undefined) return { value };
  }
  return undefined;
}

function listOf(texts: readonly string[], within: Within): Read {
  const read = texts.map((text) => valueFor([text], within));
  const wrong = read.find((one) => one.kind === 'wrong');
  return wrong ?? { kind: 'read', value: read.map((one) => (one.kind === 'read' ? one.value : undefined)) };
}

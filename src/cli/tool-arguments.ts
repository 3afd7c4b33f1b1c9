import { McpcatError } from '../lib/errors.ts';
import { didYouMean } from '../lib/nearest.ts';
import { ownValue } from '../lib/own-value.ts';
import type { OfferedTool } from '../mcp/offered-tools.ts';
import { exactJson } from '../settings/exact-json.ts';
import { JsonFault, placeOf } from '../settings/json.ts';
import {
  isSchema,
  kindText,
  propertiesOf,
  requiredOf,
  valueFor,
  type Read,
  type Schema,
} from './schema-values.ts';

type Arguments = Readonly<Record<string, unknown>>;

/** One `KEY=VALUE` or `KEY:=JSON`. */
interface Pair {
  readonly key: string;
  readonly text: string;
  readonly form: 'text' | 'json';
}

/** Arguments as they were typed: all of them as one JSON object, or one by one. */
export type Given =
  | { readonly kind: 'whole'; readonly value: Arguments }
  | { readonly kind: 'pairs'; readonly pairs: readonly Pair[] };

/** Throws `usage`. `input` is what stood on standard input, where the one word is `-`. */
export function givenArguments(words: readonly string[], input: string): Given {
  const [first, ...more] = words;
  const isWhole = first === '-' || (first?.trimStart().startsWith('{') ?? false);
  if (!isWhole) return { kind: 'pairs', pairs: words.map(pairOf) };
  if (more.length > 0)
    throw new McpcatError(
      'usage',
      `expected nothing after the JSON of all arguments, found "${more[0] ?? ''}"`,
    );
  return first === '-'
    ? { kind: 'whole', value: objectOf(input, 'standard input') }
    : { kind: 'whole', value: objectOf(first ?? '', 'the arguments') };
}

function objectOf(text: string, where: string): Arguments {
  const value = parsed(text, where);
  if (isSchema(value)) return value;
  throw new McpcatError('usage', `${where}: expected a JSON object, found other JSON`);
}

/** Said with its place, also a key that stands twice and a number that would be rounded; nobody guesses. */
function parsed(text: string, where: string): unknown {
  const plain = text.replace(/^\uFEFF/, '');
  try {
    return exactJson(plain);
  } catch (error) {
    if (error instanceof JsonFault)
      throw new McpcatError('usage', `${where}:${placeOf(plain, error.at)}: ${error.message}`);
    throw new McpcatError('usage', `${where}: expected JSON`, { cause: error });
  }
}

function pairOf(word: string): Pair {
  const [, key, sign, text] = /^([^=:]+(?::[^=:]+)*)(:?=)([^]*)$/.exec(word) ?? [];
  if (key === undefined || text === undefined)
    throw new McpcatError('usage', `expected KEY=VALUE, KEY:=JSON or a JSON object, found "${word}"`);
  return { key, text, form: sign === ':=' ? 'json' : 'text' };
}

/**
 * What the tool is called with. A whole object goes as it is: the server judges it. What was typed one by one is read as
 * the tool's schema has it. Throws `usage` with everything that is wrong at once.
 */
export function argumentsFor(
  { name, inputSchema }: Pick<OfferedTool, 'name' | 'inputSchema'>,
  given: Given,
): Arguments {
  if (given.kind === 'whole') return given.value;
  const schema = isSchema(inputSchema) ? inputSchema : {};
  const known = propertiesOf(schema);
  const byKey = Map.groupBy(given.pairs, ({ key }) => key);
  const problems: string[] = [];
  const values = [...byKey].flatMap(([key, pairs]) => {
    const inner = ownValue(known, key);
    if (inner === undefined && schema['additionalProperties'] === false) {
      const near = didYouMean(key, Object.keys(known));
      problems.push(`${key}: the tool has no such argument${near === '' ? '' : `; ${near}`}`);
      return [];
    }
    const read = readOne(pairs, { schema: inner ?? {}, root: schema });
    if (read.kind === 'read') return [[key, read.value] as const];
    problems.push(`${key}: ${read.problem}`);
    return [];
  });
  for (const key of requiredOf(schema))
    if (!byKey.has(key)) problems.push(`${key}: missing, ${kindText(ownValue(known, key) ?? {}, schema)}`);
  if (problems.length === 0) return Object.fromEntries(values);
  throw new McpcatError('usage', `${name}: the arguments do not fit its schema`, {
    detail: [...problems, ...usageOf(known, schema)],
  });
}

function readOne(
  pairs: readonly Pair[],
  { schema, root }: { readonly schema: unknown; readonly root: Schema },
): Read {
  const [first] = pairs;
  if (first?.form === 'json' && pairs.length === 1)
    return { kind: 'read', value: parsed(first.text, first.key) };
  if (pairs.some(({ form }) => form === 'json'))
    return { kind: 'wrong', problem: 'given twice, once as JSON' };
  return valueFor(
    pairs.map(({ text }) => text),
    { schema, root },
  );
}

function usageOf(known: Schema, schema: Schema): string[] {
  const required = new Set(requiredOf(schema));
  const lines = Object.entries(known).map(
    ([key, inner]) => `${key}: ${kindText(inner, schema)}${required.has(key) ? '' : ' (optional)'}`,
  );
  return lines.length === 0 ? ['it takes no arguments'] : ['it takes:', ...lines.map((line) => `  ${line}`)];
}

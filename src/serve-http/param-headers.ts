import { isJsonObject, objectOf, type JsonObject, type JsonValue } from '../lib/json-value.ts';
import type { Part } from '../serve/message.ts';
import { memberOf } from '../serve/part-members.ts';
import { headerFault, type Headers } from './header-value.ts';

/** One argument of a tool that clients repeat in a header. */
interface Declared {
  readonly path: readonly string[];
  /** `Mcp-Param-NAME`, as the schema writes it. */
  readonly header: string;
  readonly type: JsonValue | undefined;
}

const known = new WeakMap<JsonObject, readonly Declared[]>();

/** A schema that is nested deeper declares nothing below. */
const maxDepth = 32;
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,100}$/;

/** By `x-mcp-header` of a property, or of one below it. */
function declaredIn(inputSchema: JsonObject): readonly Declared[] {
  const found = known.get(inputSchema) ?? below(inputSchema, []);
  known.set(inputSchema, found);
  return found;
}

function below(schema: JsonObject, path: readonly string[]): readonly Declared[] {
  if (path.length > maxDepth) return [];
  return Object.entries(objectOf(schema['properties'])).flatMap(([name, value]) => {
    if (!isJsonObject(value)) return [];
    const own = value['x-mcp-header'];
    const at = [...path, name];
    const isOne = typeof own === 'string' && token.test(own);
    const declared = isOne ? [{ path: at, header: `Mcp-Param-${own}`, type: value['type'] }] : [];
    return [...declared, ...below(value, at)];
  });
}

/**
 * Why the arguments of a call and the headers that repeat them do not fit together (2026-07-28, Streamable HTTP, "Custom
 * Headers from Tool Parameters"): a header that is missing, says another value, or is there without one. Undefined if
 * they do.
 */
export function paramMismatch(
  inputSchema: JsonValue | undefined,
  { params, headers }: { readonly params: Part | undefined; readonly headers: Headers },
): string | undefined {
  if (!isJsonObject(inputSchema)) return undefined;
  const all = declaredIn(inputSchema);
  if (all.length === 0) return undefined;
  const args = memberOf(params, 'arguments');
  for (const declared of all) {
    const wrong = mismatchOf(declared, valueAt(args, declared.path), headers);
    if (wrong !== undefined) return `Header mismatch: ${declared.header} ${wrong}`;
  }
  return undefined;
}

function mismatchOf(
  { header, type }: Declared,
  value: JsonValue | undefined,
  headers: Headers,
): string | undefined {
  const expected = textOf(value);
  if (expected === undefined)
    return headers[header.toLowerCase()] === undefined ? undefined : 'is there, and the argument is not';
  const isNumber = (type === 'integer' || type === 'number') && typeof value === 'number';
  return headerFault(headers, header, (found) =>
    isNumber && /^-?\d+(\.\d+)?$/.test(found) ? Number(found) === value : found === expected,
  );
}

/** Own members only: `constructor` is no argument that nobody gave. */
function valueAt(args: JsonValue | undefined, path: readonly string[]): JsonValue | undefined {
  return path.reduce<JsonValue | undefined>(
    (value, name) => (isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined),
    args,
  );
}

/** Undefined for what no header repeats: nothing, and what is neither text, number nor truth value. */
function textOf(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

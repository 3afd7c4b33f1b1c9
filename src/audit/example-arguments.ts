/** A JSON Schema as tools declare their input; only what is read here. */
interface Schema {
  readonly [key: string]: unknown;
}

const deepest = 6;
/** By words in the name of a property: what a server most likely takes. Hosts are of the reserved names (RFC 2606). */
const byName: readonly (readonly [RegExp, string])[] = [
  [/ur[il]|link|href|endpoint|website/i, 'https://mcpcat-audit.example.com/'],
  [/e-?mail/i, 'someone@example.com'],
  [/(file|path|dir|folder)/i, '/tmp/mcpcat-audit'],
  [/domain|host/i, 'mcpcat-audit.example.com'],
  [/time_?zone|tz/i, 'Europe/Berlin'],
  [/time$/i, '12:00'],
  [/date|since|until/i, '2026-01-31'],
  [/lang|locale/i, 'en'],
  [/country/i, 'US'],
  [/(^|_)id$|Id$/, '1'],
];
const byFormat: Readonly<Record<string, string>> = {
  uri: 'https://mcpcat-audit.example.com/',
  url: 'https://mcpcat-audit.example.com/',
  email: 'someone@example.com',
  date: '2026-01-31',
  'date-time': '2026-01-31T12:00:00Z',
  time: '12:00:00Z',
  uuid: '00000000-0000-4000-8000-000000000000',
  hostname: 'mcpcat-audit.example.com',
  ipv4: '192.0.2.1',
};

/**
 * Arguments that fit a tool's input schema as well as can be told from it: what is required, and addresses, because
 * they say where a server may go. Always the same for the same schema.
 */
export function exampleArguments(schema: unknown): Record<string, unknown> {
  const value = example(schema, { name: '', root: schema, depth: 0 });
  return isObject(value) ? { ...value } : {};
}

interface Place {
  readonly name: string;
  readonly root: unknown;
  readonly depth: number;
}

function example(schema: unknown, place: Place): unknown {
  if (!isObject(schema) || place.depth > deepest) return 'mcpcat';
  const given = stated(schema);
  if (given !== undefined) return given;
  const inner = referenced(schema, place.root) ?? firstOf(schema);
  if (inner !== undefined) return example(inner, { ...place, depth: place.depth + 1 });
  return byType(schema, place);
}

/** A value that the schema itself names. */
function stated(schema: Schema): unknown {
  const { const: only, default: usual, examples, enum: choices } = schema;
  return only ?? usual ?? firstItem(examples) ?? firstItem(choices);
}

function firstItem(list: unknown): unknown {
  return Array.isArray(list) ? (list as readonly unknown[])[0] : undefined;
}

/** `#/$defs/Name` and the like, within the same schema. */
function referenced({ $ref }: Schema, root: unknown): unknown {
  if (typeof $ref !== 'string' || !$ref.startsWith('#/')) return undefined;
  return $ref
    .slice(2)
    .split('/')
    .reduce((at: unknown, key) => (isObject(at) ? at[key] : undefined), root);
}

function firstOf({ anyOf, oneOf, allOf }: Schema): unknown {
  const choices = [anyOf, oneOf, allOf].flatMap((list) =>
    Array.isArray(list) ? (list as readonly unknown[]) : [],
  );
  return choices.find((choice) => !isObject(choice) || choice['type'] !== 'null');
}

function byType(schema: Schema, place: Place): unknown {
  switch (typeOf(schema)) {
    case 'object':
      return objectOf(schema, place);
    case 'array':
      return Number(schema['minItems'] ?? 1) === 0
        ? []
        : [example(schema['items'], { ...place, depth: place.depth + 1 })];
    case 'integer':
    case 'number':
      return Math.max(1, Number(schema['minimum'] ?? schema['exclusiveMinimum'] ?? 1));
    case 'boolean':
      return false;
    case 'null':
      return null;
    default:
      return textOf(schema, place.name);
  }
}

function typeOf({ type, properties }: Schema): unknown {
  if (Array.isArray(type)) return (type as readonly unknown[]).find((one) => one !== 'null');
  return type ?? (properties === undefined ? 'string' : 'object');
}

function objectOf({ properties, required }: Schema, { root, depth }: Place): Record<string, unknown> {
  const wanted = new Set(Array.isArray(required) ? (required as readonly unknown[]) : []);
  const entries = isObject(properties) ? Object.entries(properties) : [];
  return Object.fromEntries(
    entries
      .filter(([name, inner]) => wanted.has(name) || leadsSomewhere(name, inner))
      .map(([name, inner]) => [name, example(inner, { name, root, depth: depth + 1 })]),
  );
}

function leadsSomewhere(name: string, schema: unknown): boolean {
  const format = isObject(schema) ? schema['format'] : undefined;
  return format === 'uri' || format === 'url' || /^(url|uri)$/i.test(name);
}

function textOf({ format, minLength }: Schema, name: string): string {
  const known = typeof format === 'string' ? byFormat[format] : undefined;
  const text = known ?? byName.find(([pattern]) => pattern.test(name))?.[1] ?? 'mcpcat';
  const min = typeof minLength === 'number' ? Math.min(minLength, 1000) : 0;
  return text.padEnd(min, 'x');
}

function isObject(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

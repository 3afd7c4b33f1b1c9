/** `docs/server-yaml.md`: the reference of `server.yaml`, made from the schema that checks it. Pure. */
import { z } from 'zod';
import { inputSchema } from '../src/catalog/json-schema.ts';

/** The part of JSON Schema that the schema of an entry uses. */
const Node = z.object({
  type: z.string().optional(),
  description: z.string().optional(),
  default: z.unknown().optional(),
  enum: z.array(z.string()).optional(),
  pattern: z.string().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  required: z.array(z.string()).optional(),
  get properties() {
    return z.record(z.string(), Node).optional();
  },
  get items() {
    return Node.optional();
  },
  get additionalProperties() {
    return z.union([Node, z.boolean()]).optional();
  },
  get anyOf() {
    return z.array(Node).optional();
  },
});
type Node = z.infer<typeof Node>;

interface Section {
  readonly path: string;
  readonly node: Node;
}

export function serverYamlPage(): string {
  const root = Node.parse(inputSchema());
  return `${[
    '<!-- Written by scripts/generate-docs.ts from src/catalog/entry.ts; do not edit. -->',
    '',
    '# Reference of server.yaml',
    '',
    'Every key of `catalog/NAME/server.yaml`. An unknown key is an error, with the key that was probably meant. All problems of a file are reported at once, each with line and column. The same rules are in `catalog/server.schema.json`, which editors read when the first line of the file is `# yaml-language-server: $schema=../server.schema.json`.',
    '',
    'A key without a default is required unless it says “optional”.',
    ...sectionsOf({ path: '', node: root }).flatMap(lines),
  ].join('\n')}\n`;
}

/** An object with fixed keys is a section of its own; so are those within it, in the order of the schema. */
function sectionsOf({ path, node }: Section): Section[] {
  const inner = Object.entries(node.properties ?? {}).flatMap(([key, child]) =>
    objectsIn(child, path === '' ? key : `${path}.${key}`).flatMap(sectionsOf),
  );
  return [{ path, node }, ...inner];
}

function objectsIn(node: Node, path: string): Section[] {
  if (node.properties !== undefined) return [{ path, node }];
  if (node.items !== undefined) return objectsIn(node.items, `${path}[]`);
  if (node.anyOf !== undefined) return node.anyOf.flatMap((one) => objectsIn(one, path));
  const values = node.additionalProperties;
  return typeof values === 'object' ? objectsIn(values, `${path}.NAME`) : [];
}

function lines({ path, node }: Section): string[] {
  const rows = Object.entries(node.properties ?? {}).map(([key, child]) => {
    const what = child.description;
    if (what === undefined)
      throw new Error(`src/catalog/entry.ts: ${path}.${key}: expected a description, found none`);
    return `| \`${key}\` | ${typeOf(child)} | ${defaultOf(child, node.required?.includes(key) ?? false)} | ${cell(what)} |`;
  });
  return [
    '',
    `## ${path === '' ? 'The entry' : `\`${path}\``}`,
    '',
    '| key | value | default | meaning |',
    '| --- | --- | --- | --- |',
    ...rows,
  ];
}

function typeOf(node: Node): string {
  if (node.enum !== undefined) return node.enum.map((value) => `\`${value}\``).join(' or ');
  if (node.anyOf !== undefined) return node.anyOf.map(typeOf).join(' or ');
  if (node.type === 'array') return `list of ${node.items === undefined ? 'values' : pluralOf(node.items)}`;
  if (node.type === 'object') return node.properties === undefined ? 'map by name' : 'map';
  if (node.type === 'string') return 'text';
  const from = node.minimum ?? node.exclusiveMinimum;
  if (node.maximum === undefined || from === undefined) return node.type ?? 'any';
  const kind = node.type === 'integer' ? 'whole number' : 'number';
  return node.minimum === undefined
    ? `${kind} above ${String(from)}, up to ${String(node.maximum)}`
    : `${kind} from ${String(from)} to ${String(node.maximum)}`;
}

function pluralOf(node: Node): string {
  if (node.anyOf !== undefined) return node.anyOf.map(pluralOf).join(' or ');
  return node.type === 'string' ? 'texts' : 'maps';
}

function defaultOf(node: Node, required: boolean): string {
  if (node.default === undefined) return required ? 'required' : 'optional';
  if (typeof node.default === 'string') return `\`${node.default}\``;
  if (typeof node.default !== 'object') return `\`${JSON.stringify(node.default)}\``;
  const isEmpty = node.default === null || Object.keys(node.default).length === 0;
  if (isEmpty) return 'none';
  return node.properties === undefined ? `\`${JSON.stringify(node.default)}\`` : 'see below';
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

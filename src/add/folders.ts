import { withMount, type Draft } from './draft.ts';
import type { Seen } from './start.ts';

/** Words of a property's name, in small letters: `fileAbsolutePath` → `file absolute path`. */
const pathLike =
  /^((file|dir|folder|directory|workspace|project|repo|root|source|target|output|input|vault|image|document|pdf|absolute|local|save|download|working) )*(path|paths|files?|dir|directory|folder|filename|filepath|root|sources)$|\b(file|dir|folder)( name)?s?$/;
/** In a description, what only a path on the own disk is called; an API's path is none. */
const onDisk =
  /\b(absolute|local|relative) (file ?|folder |directory )?(path|file)|\bpath (to|of|where) (the |a |an |your )?(\w+ ){0,3}(file|folder|director|image|document|pdf|workbook|spreadsheet|repositor|video|audio|csv|database)|\bon (the )?(disk|file ?system)\b|\blocal (file|director|folder)|\bfile (path|name) (to|of)|\b(to save|saved to|save the)\b.*\b(path|file|folder|directory)/i;
const changing =
  /(^|[_.-])(create|write|save|edit|update|add|insert|delete|remove|move|rename|set|append|convert|export|format|fix|download|copy|generate)/i;
const deepest = 4;

interface Property {
  readonly name: string;
  readonly about: string;
}

/**
 * A server that works on files is of little use without a folder of the user's: it is declared, and nobody has to hand
 * one over. One that also reaches hosts may mean a path of theirs, so that there a description has to speak of files.
 */
export function withFolders(draft: Draft, { tools }: Pick<Seen, 'tools'>): Draft {
  const { network, mounts } = draft.entry.permissions;
  if (mounts.length > 0) return draft;
  const working = tools.filter(({ inputSchema }) =>
    propertiesOf(inputSchema).some(({ name, about }) =>
      network.length > 0 ? pathLike.test(name) && onDisk.test(about) : pathLike.test(name),
    ),
  );
  if (working.length === 0) return draft;
  const names = working.slice(0, 3).map(({ name }) => name);
  const mode = working.some(({ name, readOnly }) => changing.test(name) && !readOnly) ? 'rw' : 'ro';
  const mount = {
    name: 'data',
    target: '/data',
    mode,
    required: false,
    description: 'The folder whose files it works on',
  } as const;
  return withMount(draft, mount, `its tools take paths: ${names.join(', ')}`);
}

/** All properties of a schema, also those of objects and lists in it. */
function propertiesOf(schema: unknown, depth = 0): Property[] {
  if (!isRecord(schema) || depth > deepest) return [];
  const properties = isRecord(schema['properties']) ? Object.entries(schema['properties']) : [];
  const inner = ['items', 'anyOf', 'oneOf', 'allOf', '$defs'].flatMap((key) => childrenOf(schema[key]));
  return [
    ...properties.flatMap(([name, one]) => [
      { name: wordsOf(name), about: aboutOf(one) },
      ...propertiesOf(one, depth + 1),
    ]),
    ...inner.flatMap((one) => propertiesOf(one, depth + 1)),
  ];
}

function aboutOf(property: unknown): string {
  const text = isRecord(property) ? property['description'] : undefined;
  return typeof text === 'string' ? text : '';
}

function childrenOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  if (!isRecord(value)) return [];
  return 'type' in value || 'properties' in value ? [value] : Object.values(value);
}

function wordsOf(name: string): string {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/[_-]+/g, ' ')
    .toLowerCase();
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

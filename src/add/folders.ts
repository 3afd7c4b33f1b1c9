import { withMount, type Draft } from './draft.ts';
import type { Seen } from './start.ts';

const pathLike =
  /^(file|dir|folder|directory|workspace|project|repo|root|source|target|output|input|vault)?_?-?(path|paths|file|files|directory|folder|filename|filepath|root)$|(file|dir|folder)_?(path|name)s?$/i;
const changing =
  /(^|[_.-])(create|write|save|edit|update|add|insert|delete|remove|move|rename|set|append|convert|export|format|fix)/i;

/**
 * A server that works on files and reaches no host is of little use without a folder of the user's: it is declared, and
 * nobody has to hand one over.
 */
export function withFolders(draft: Draft, { tools }: Pick<Seen, 'tools'>): Draft {
  const { network, mounts } = draft.entry.permissions;
  if (network.length > 0 || mounts.length > 0) return draft;
  const working = tools.filter(({ inputSchema }) =>
    propertiesOf(inputSchema).some((name) => pathLike.test(name)),
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

function propertiesOf(schema: unknown): string[] {
  const properties: unknown =
    typeof schema === 'object' && schema !== null ? Reflect.get(schema, 'properties') : undefined;
  return typeof properties === 'object' && properties !== null ? Object.keys(properties) : [];
}

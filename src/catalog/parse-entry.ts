import { entryChecks } from './entry-checks.ts';
import { Entry } from './entry.ts';
import type { Problem } from './problem.ts';
import { readYaml, schemaProblems } from './yaml-file.ts';

/** Parses the `server.yaml` of a folder; all its problems at once, each with its place. */
export function parseEntry(
  file: string,
  text: string,
  folder: string,
): { readonly entry?: Entry; readonly problems: readonly Problem[] } {
  const read = readYaml(file, text);
  if ('problems' in read) return read;
  const { value, place } = read;
  const parsed = Entry.safeParse(value);
  if (!parsed.success)
    return {
      problems: schemaProblems(parsed.error.issues, { place, under: [], what: 'the entry', knownKeys }),
    };
  const found = entryChecks(parsed.data, folder).map(({ path, message, hint }) => ({
    ...place(path),
    message,
    ...(hint === undefined ? {} : { hint }),
  }));
  return found.length > 0 ? { problems: found } : { entry: parsed.data, problems: [] };
}

const knownKeys = [
  ...Object.keys(Entry.shape),
  ...[
    'description',
    'required',
    'secret',
    'example',
    'default',
    'network',
    'mounts',
    'writable',
    'target',
    'mode',
  ],
  ...['memory', 'cpus', 'pids', 'package', 'reason', 'without', 'finding', 'call', 'tool', 'arguments'],
];

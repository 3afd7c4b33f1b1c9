import { isMap, isNode, LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { didYouMean } from '../lib/nearest.ts';
import { entryChecks } from './entry-checks.ts';
import { Entry } from './entry.ts';
import type { Problem } from './problem.ts';

type Path = readonly PropertyKey[];

/** Parses the `server.yaml` of a folder; all its problems at once, each with its place. */
export function parseEntry(
  file: string,
  text: string,
  folder: string,
): { readonly entry?: Entry; readonly problems: readonly Problem[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const at = (offset: number): Pick<Problem, 'file' | 'line' | 'column'> => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  if (document.errors.length > 0) {
    return {
      problems: document.errors.map(({ pos, message }) => ({ ...at(pos[0]), message: `YAML: ${message}` })),
    };
  }
  const place = (path: Path): Pick<Problem, 'file' | 'line' | 'column'> => at(offsetOf(document, path));
  const value = toJson(document);
  if (value instanceof Error) return { problems: [{ ...at(0), message: `YAML: ${value.message}` }] };
  const parsed = Entry.safeParse(value);
  if (!parsed.success) {
    const problems = parsed.error.issues.flatMap((issue) => problemsOf(issue, place));
    return { problems: problems.toSorted((a, b) => a.line - b.line || a.column - b.column) };
  }
  const found = entryChecks(parsed.data, folder).map(({ path, message, hint }) => ({
    ...place(path),
    message,
    ...(hint === undefined ? {} : { hint }),
  }));
  return found.length > 0 ? { problems: found } : { entry: parsed.data, problems: [] };
}

/** An error for an alias without anchor, or for too many: an entry has no use for them, and they make a small file huge. */
function toJson(document: Document.Parsed): unknown {
  try {
    return document.toJS({ maxAliasCount: 10 });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function problemsOf(
  issue: z.core.$ZodIssue,
  place: (path: Path) => Pick<Problem, 'file' | 'line' | 'column'>,
): Problem[] {
  const name = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const hint = didYouMean(key, knownKeys);
      const message = `${[...issue.path, key].map(String).join('.')}: this key is not known`;
      return { ...place([...issue.path, key]), message, ...(hint === '' ? {} : { hint }) };
    });
  }
  const said = issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message;
  const message = said.replace(/^Invalid input: /, '');
  return [{ ...place(issue.path), message: `${name === '' ? 'the entry' : name}: ${message}` }];
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

/** Where the value at a path begins, or where the nearest thing above it that exists does. */
function offsetOf(document: Document.Parsed, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const keys = path.slice(0, length);
    const parent = length === 1 ? document.contents : document.getIn(keys.slice(0, -1), true);
    const pair = isMap(parent)
      ? parent.items.find(({ key }) => String(key) === String(keys.at(-1)))
      : undefined;
    if (isNode(pair?.key) && pair.key.range) return pair.key.range[0];
    const node = document.getIn(keys, true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

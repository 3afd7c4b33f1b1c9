import { LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { didYouMean } from '../lib/nearest.ts';
import { yamlOffset } from '../lib/yaml-offset.ts';
import type { Problem } from './problem.ts';

type Path = readonly PropertyKey[];

/** A place in a file, for a problem there. */
export type Place = Pick<Problem, 'file' | 'line' | 'column'>;

/** A YAML file as its value, and where in the file each part of it stands. */
export interface YamlFile {
  readonly value: unknown;
  /** Of a key or an item, or of the nearest thing above it that exists. */
  readonly place: (path: Path) => Place;
}

/** Reads one YAML document; what is none is told with line and column. */
export function readYaml(file: string, text: string): YamlFile | { readonly problems: readonly Problem[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  if (document.errors.length > 0)
    return {
      problems: document.errors.map(({ pos, message }) => ({ ...at(pos[0]), message: `YAML: ${message}` })),
    };
  const value = toJson(document);
  if (value instanceof Error) return { problems: [{ ...at(0), message: `YAML: ${value.message}` }] };
  return { value, place: (path) => at(yamlOffset(document, path)) };
}

/** An error for an alias without anchor, or for too many: our files have no use for them, and they make a small file huge. */
function toJson(document: Document.Parsed): unknown {
  try {
    return document.toJS({ maxAliasCount: 10 });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** What a schema finds wrong in such a file. */
export interface SchemaContext {
  readonly place: YamlFile['place'];
  /** Where in the file the checked value stands. */
  readonly under: Path;
  /** What the checked value is called where the path is empty: `the entry`. */
  readonly what: string;
  /** For "did you mean". */
  readonly knownKeys: readonly string[];
  /** What stands at a path, for a person; left out: what the schema says of it. */
  readonly found?: (path: Path) => string;
}

/** In the order of the file. */
export function schemaProblems(issues: readonly z.core.$ZodIssue[], context: SchemaContext): Problem[] {
  return issues
    .flatMap((issue) => problemsOf(issue, context))
    .toSorted((a, b) => a.line - b.line || a.column - b.column);
}

function problemsOf(
  issue: z.core.$ZodIssue,
  { place, under, what, knownKeys, found }: SchemaContext,
): Problem[] {
  const path = [...under, ...issue.path];
  const name = path.map(String).join('.');
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => {
      const hint = didYouMean(key, knownKeys);
      const message = `${[...path, key].map(String).join('.')}: this key is not known`;
      return { ...place([...path, key]), message, ...(hint === '' ? {} : { hint }) };
    });
  const said = issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message;
  const words = said.replace(/^Invalid input: /, '');
  const message = found === undefined ? words : `${plain(words)}, found ${found(path)}`;
  return [{ ...place(path), message: `${name === '' ? what : name}: ${message}` }];
}

/** Where what was found is told in our words, so is what was expected. */
function plain(words: string): string {
  return words
    .replace(/, received .*$/, '')
    .replace(/^Invalid option: /, '')
    .replace(/^expected (object|record)$/, 'expected a mapping')
    .replace(/^expected array$/, 'expected a list')
    .replace(/^expected (string|boolean)$/, (_, type) =>
      type === 'string' ? 'expected a text' : 'expected true or false',
    )
    .replace(/^expected int$/, 'expected a whole number');
}

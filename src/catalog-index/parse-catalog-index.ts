import type { z } from 'zod';
import { entryChecks } from '../catalog/entry-checks.ts';
import { Entry } from '../catalog/entry.ts';
import { McpcatError } from '../lib/errors.ts';
import { JsonFault, placeOf, readJson, type Json } from '../settings/json.ts';
import { CatalogIndex, catalogIndexVersion, type ListedServer } from './catalog-index.ts';

type Path = readonly PropertyKey[];

/** Problems that are worth reading. */
const max = 10;

/**
 * The text of a `catalog.json`, checked like the entries it was made from: nothing reaches a launch that a
 * `server.yaml` could not have said. Throws `entry-invalid` with a place for every problem; `from` is where it is from.
 */
export function parseCatalogIndex(text: string, from: string): CatalogIndex {
  const value = parsed(text, from);
  refuseOtherVersion(value, from);
  const result = CatalogIndex.safeParse(value);
  if (!result.success) {
    throw invalid({ text, from }, result.error.issues.flatMap(troublesOf));
  }
  const contradictions = Object.entries(result.data.servers).flatMap(([name, server]) =>
    entryChecks(server, name).map(({ path, message }) => ({
      path: ['servers', name, ...path],
      message,
    })),
  );
  if (contradictions.length > 0) throw invalid({ text, from }, contradictions);
  return result.data;
}

const OnlyEntry = Entry.strip();

/** What its `server.yaml` said, without what the catalog index adds. */
export function entryOf(server: ListedServer): Entry {
  return OnlyEntry.parse(server);
}

function parsed(text: string, from: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new McpcatError('entry-invalid', `${placeIn(text, from)}: ${faultOf(text) ?? 'it is not JSON'}`, {
      hint: 'expected a catalog.json, as mcpcat index writes it',
      cause: error,
    });
  }
}

function refuseOtherVersion(value: unknown, from: string): void {
  const version: unknown =
    typeof value === 'object' && value !== null ? Reflect.get(value, 'catalogVersion') : undefined;
  if (version === catalogIndexVersion) return;
  throw new McpcatError(
    'entry-invalid',
    `${from}: catalogVersion: expected ${String(catalogIndexVersion)}, found ${version === undefined ? 'none' : JSON.stringify(version)}`,
    { hint: hintFor(version) },
  );
}

function hintFor(version: unknown): string {
  if (typeof version !== 'number') return 'expected a catalog.json, as mcpcat index writes it';
  return version > catalogIndexVersion
    ? 'a newer mcpcat has written it: update mcpcat'
    : 'an older mcpcat has written it: mcpcat index writes it anew, beside its catalog folder';
}

interface Trouble {
  readonly path: Path;
  readonly message: string;
}

function troublesOf(issue: z.core.$ZodIssue): Trouble[] {
  const { path, message } = issue;
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ path: [...path, key], message: 'this key is not known' }));
  return [{ path, message: message.replace(/^Invalid input: /, '') }];
}

function invalid(
  { text, from }: { readonly text: string; readonly from: string },
  troubles: readonly Trouble[],
): McpcatError {
  const root = readQuietly(text);
  const lines = troubles.slice(0, max).map(({ path, message }) => {
    const place = root === undefined ? from : `${from}:${placeOf(text, offsetOf(root, path))}`;
    return `${place}: ${path.map(String).join('.')}: ${message}`;
  });
  const more = troubles.length - lines.length;
  return new McpcatError(
    'entry-invalid',
    `${from}: it has ${String(troubles.length)} problem(s), so none of it is used`,
    {
      detail: more > 0 ? [...lines, `and ${String(more)} more`] : lines,
      hint: 'it is machine-written: mcpcat index',
    },
  );
}

/** Where the value at a path begins, or the nearest thing above it that exists. */
function offsetOf(root: Json, path: Path): number {
  let found = root;
  let { at } = root;
  for (const key of path) {
    const next = childOf(found, key);
    if (next === undefined) return at;
    ({ at } = next);
    found = next.value;
  }
  return at;
}

function childOf(value: Json, key: PropertyKey): { readonly at: number; readonly value: Json } | undefined {
  if (value.kind === 'object') return value.members.get(String(key));
  const item = value.kind === 'array' ? value.items[Number(key)] : undefined;
  return item === undefined ? undefined : { at: item.at, value: item };
}

function readQuietly(text: string): Json | undefined {
  try {
    return readJson(text);
  } catch {
    return undefined;
  }
}

function faultIn(text: string): JsonFault | undefined {
  try {
    readJson(text);
    return undefined;
  } catch (error) {
    return error instanceof JsonFault ? error : undefined;
  }
}

function faultOf(text: string): string | undefined {
  return faultIn(text)?.message;
}

function placeIn(text: string, from: string): string {
  const fault = faultIn(text);
  return fault === undefined ? from : `${from}:${placeOf(text, fault.at)}`;
}

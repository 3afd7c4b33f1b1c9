import type { Entry } from '../catalog/entry.ts';
import type { Engine } from '../engine/engine.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { probe } from '../test-session/probe.ts';
import type { TestSession } from '../test-session/test-session.ts';
import type { Writes } from './report.ts';

/** HOME in every runtime base, where a server leaves what nobody has told it a place for. */
const home = '/home/mcpcat';

/** The sandbox with a home that can be written, so that what would fail there shows instead. */
export function withHome(sandbox: Sandbox): Sandbox {
  const taken = [...sandbox.writable, ...sandbox.mounts.map(({ target }) => target)];
  if (taken.some((folder) => folder === home || folder.startsWith(`${home}/`))) return sandbox;
  return { ...sandbox, writable: [...sandbox.writable, home] };
}

/** All files below the folders that can be written in a running container, sorted. */
export async function filesIn(
  engine: Engine,
  { running, sandbox }: { readonly running: Pick<TestSession, 'id' | 'init'>; readonly sandbox: Sandbox },
): Promise<string[]> {
  const mounts = sandbox.mounts
    .filter(({ readOnly, file }) => !readOnly && file !== true)
    .map(({ target }) => target);
  const attempts = [...sandbox.writable, ...mounts].map((target) => ({ what: 'list', target }) as const);
  if (attempts.length === 0) return [];
  // A server that has ended shows nothing more.
  const answers = await probe(engine, running, attempts).catch(() => []);
  return [...new Set(answers.flatMap(({ items }) => items))].sort();
}

/** Sorts what was written by what is declared; `said` is what the server complained about. */
export function writesOf(entry: Entry, files: readonly string[], said: readonly string[]): Writes {
  const { writable, mounts, state } = entry.permissions;
  const declared = [...writable, ...[...mounts, ...state].map(({ target }) => target)];
  const isInside = (file: string): boolean => declared.some((folder) => file.startsWith(`${folder}/`));
  return {
    inside: files.filter(isInside),
    outside: files.filter((file) => !isInside(file)),
    refused: refusedIn(said).filter((file) => !isInside(file)),
  };
}

/** Node and Python both name the path they could not write. */
const complaint =
  /(?:E(?:ROFS|ACCES|PERM): [^,]{1,60}, \w+|(?:Read-only file system|Permission denied):) '([^']{1,500})'/g;

function refusedIn(texts: readonly string[]): string[] {
  const found = texts.flatMap((text) => [...text.matchAll(complaint)].map((match) => match[1] ?? ''));
  return [...new Set(found)].sort();
}

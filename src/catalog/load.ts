import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { McpcatError } from '../lib/errors.ts';
import { didYouMean } from '../lib/nearest.ts';
import { parseEntry } from './parse-entry.ts';
import { problemText, type Problem } from './problem.ts';
import { readLock } from './read-lock.ts';
import type { Server } from './server.ts';

export interface Catalog {
  /** By name, sorted. */
  readonly servers: ReadonlyMap<string, Server>;
  readonly problems: readonly Problem[];
}

/** Who is about to write the lock anew must not be stopped by a lock that does not fit. */
export type LockUse = 'checked' | 'replaced';

/** Reads every entry of a catalog folder; a broken one is a problem and never stops the others. */
export async function loadCatalog(folder: string, use: LockUse = 'checked'): Promise<Catalog> {
  const names = await entryNames(folder);
  const loaded = await Promise.all(names.map((name) => readServer(folder, { name, use })));
  const servers = loaded.flatMap(({ server }) =>
    server === undefined ? [] : [[server.entry.name, server] as const],
  );
  return { servers: new Map(servers), problems: loaded.flatMap(({ problems }) => problems) };
}

/** One entry; throws `entry-unknown` or `entry-invalid` with all its problems. */
export async function loadServer(folder: string, name: string, use: LockUse = 'checked'): Promise<Server> {
  const names = await entryNames(folder);
  if (!names.includes(name)) throw unknownEntry(folder, { name, names });
  const { server, problems } = await readServer(folder, { name, use });
  if (server) return server;
  throw new McpcatError('entry-invalid', `${name}: the entry has ${String(problems.length)} problem(s)`, {
    detail: problems.map(problemText),
  });
}

/** The servers that were asked for. Names that do not exist, or do not load, are thrown. */
export async function selectServers(
  folder: string,
  names: readonly string[],
  use: LockUse = 'checked',
): Promise<Server[]> {
  return Promise.all([...new Set(names)].map((name) => loadServer(folder, name, use)));
}

export function unknownEntry(
  folder: string,
  { name, names }: { name: string; names: readonly string[] },
): McpcatError {
  const hint = didYouMean(name, names);
  return new McpcatError('entry-unknown', `there is no server "${name}" in ${folder}`, {
    hint: hint === '' ? 'mcpcat list shows all' : hint,
  });
}

/** Names of the folders that hold a `server.yaml`. */
export async function entryNames(folder: string): Promise<string[]> {
  const found = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw new McpcatError('io-failed', `can't read the catalog folder ${folder}`, {
      hint: 'name another',
      inputs: [{ name: 'catalog', value: 'DIR' }],
      cause: error,
    });
  });
  return found
    .filter((item) => item.isDirectory())
    .map((item) => item.name)
    .sort();
}

interface Read {
  readonly server?: Server;
  readonly problems: readonly Problem[];
}

async function readServer(folder: string, { name, use }: { name: string; use: LockUse }): Promise<Read> {
  const file = path.join(folder, name, 'server.yaml');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined)
    return { problems: [{ file, line: 0, column: 0, message: 'expected a server.yaml in this folder' }] };
  const { entry, problems } = parseEntry(file, text, name);
  const found = await readLock(path.join(folder, name, 'lock.json'), entry);
  const lockProblems = use === 'replaced' ? [] : found.problems;
  if (entry === undefined || lockProblems.length > 0) return { problems: [...problems, ...lockProblems] };
  return { server: { entry, folder: path.join(folder, name), lock: found.lock }, problems: [] };
}

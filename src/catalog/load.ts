import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { McpcatError } from '../lib/errors.ts';
import { didYouMean } from '../lib/nearest.ts';
import { Lock } from './lock.ts';
import { parseEntry } from './parse-entry.ts';
import { problemText, type Problem } from './problem.ts';
import type { Server } from './server.ts';

export interface Catalog {
  /** By name, sorted. */
  readonly servers: ReadonlyMap<string, Server>;
  readonly problems: readonly Problem[];
}

/** Reads every entry of a catalog folder; a broken one is a problem and never stops the others. */
export async function loadCatalog(folder: string): Promise<Catalog> {
  const loaded = await Promise.all((await entryNames(folder)).map((name) => readServer(folder, name)));
  const servers = loaded.flatMap(({ server }) =>
    server === undefined ? [] : [[server.entry.name, server] as const],
  );
  return { servers: new Map(servers), problems: loaded.flatMap(({ problems }) => problems) };
}

/** One entry; throws `entry-unknown` or `entry-invalid` with all its problems. */
export async function loadServer(folder: string, name: string): Promise<Server> {
  const names = await entryNames(folder);
  if (!names.includes(name)) throw unknownEntry(folder, { name, names });
  const { server, problems } = await readServer(folder, name);
  if (server) return server;
  throw new McpcatError('entry-invalid', `${name}: the entry has ${String(problems.length)} problem(s)`, {
    detail: problems.map(problemText),
  });
}

/** The servers that were asked for, or all of them. Names that do not exist, or do not load, are thrown. */
export async function selectServers(
  folder: string,
  { names, all }: { names: readonly string[]; all: boolean },
): Promise<Server[]> {
  if (all) return [...(await loadCatalog(folder)).servers.values()];
  return Promise.all([...new Set(names)].map((name) => loadServer(folder, name)));
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
      hint: '--catalog DIR names another',
      cause: error,
    });
  });
  return found
    .filter((item) => item.isDirectory())
    .map((item) => item.name)
    .sort();
}

async function readServer(
  folder: string,
  name: string,
): Promise<{ server?: Server; problems: readonly Problem[] }> {
  const file = path.join(folder, name, 'server.yaml');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined)
    return { problems: [{ file, line: 0, column: 0, message: 'expected a server.yaml in this folder' }] };
  const { entry, problems } = parseEntry(file, text);
  if (entry === undefined) return { problems };
  if (entry.name !== name) {
    const message = `name: expected "${name}" (the folder's name), found "${entry.name}"`;
    return { problems: [{ file, line: 1, column: 1, message, hint: 'rename one of them' }] };
  }
  const lock = await readLock(path.join(folder, name, 'lock.json'));
  if ('problem' in lock) return { problems: [lock.problem] };
  return { server: { entry, folder: path.join(folder, name), lock: lock.lock }, problems: [] };
}

async function readLock(file: string): Promise<{ lock: Lock | undefined } | { problem: Problem }> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return { lock: undefined };
  try {
    const parsed = Lock.safeParse(JSON.parse(text));
    if (parsed.success) return { lock: parsed.data };
    const issue = parsed.error.issues[0];
    return { problem: lockProblem(file, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`) };
  } catch {
    return { problem: lockProblem(file, 'it is not JSON') };
  }
}

function lockProblem(file: string, message: string): Problem {
  return {
    file,
    line: 0,
    column: 0,
    message: `the lock is not valid: ${message}`,
    hint: 'it is machine-written: mcpcat update NAME',
  };
}

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Lock } from '../catalog/lock.ts';
import type { Server } from '../catalog/server.ts';
import { parseSource } from '../catalog/source.ts';
import { debianArtifacts } from '../debian/resolve-debs.ts';
import { Store } from '../fetch/store.ts';
import type { ResolveDebian } from '../debian/confined-apt.ts';
import { codeOf } from '../lib/error-code.ts';
import { McpcatError, messageOf } from '../lib/errors.ts';
import type { Emit } from '../lib/event.ts';
import { jsonText, writeTogether } from '../lib/folders.ts';
import { didYouMean } from '../lib/nearest.ts';
import { resolveGo } from './go.ts';
import { resolveNpm } from './npm.ts';
import { resolvePypi } from './pypi.ts';
import type { Resolution, ResolveRequest } from './resolution.ts';

const resolvers: Readonly<Record<'npm' | 'pypi' | 'go', (request: ResolveRequest) => Promise<Resolution>>> = {
  npm: resolveNpm,
  pypi: resolvePypi,
  go: resolveGo,
};

export interface UpdateRequest {
  readonly server: Server;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cacheFolder: string;
  readonly templates: string;
  readonly resolveDebian: ResolveDebian;
  /** The release to lock; undefined: the newest in the entry's range. */
  readonly version?: string | undefined;
  /** Dependencies published later are not taken; undefined: no limit. */
  readonly before?: Date | undefined;
  /** As in `ResolveRequest`. */
  readonly majorsOf?: Date | undefined;
  readonly emit: Emit;
  readonly signal?: AbortSignal | undefined;
}

export interface UpdateOutcome {
  readonly name: string;
  readonly from: string | undefined;
  readonly to: string;
  readonly changed: boolean;
  readonly artifacts: number;
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** Locks the newest release in the entry's range; the files of the entry change all together or not at all. */
export async function updateServer(request: UpdateRequest): Promise<UpdateOutcome> {
  const { server, emit } = request;
  const { name } = server.entry;
  emit({ type: 'stage', subject: name, stage: 'lock', state: 'started' });
  const folder = await mkdtemp(path.join(os.tmpdir(), 'mcpcat-update-'));
  try {
    const resolution = await resolve(request, folder);
    checkCommand(server, resolution.lock);
    const outcome = await write(server, resolution);
    emit({
      type: 'stage',
      subject: name,
      stage: 'lock',
      state: outcome.changed ? 'done' : 'skipped',
      detail: describe(outcome),
    });
    return outcome;
  } catch (error) {
    emit({ type: 'stage', subject: name, stage: 'lock', state: 'failed' });
    throw error;
  } finally {
    // Go marks its module cache read-only.
    await rm(folder, { recursive: true, force: true, maxRetries: 2 }).catch(() => undefined);
  }
}

async function resolve(
  { server, env, cacheFolder, templates, resolveDebian, version, before, majorsOf, signal }: UpdateRequest,
  folder: string,
): Promise<Resolution> {
  const { entry } = server;
  const wanted = parseSource(entry.source);
  const source = version === undefined ? wanted : { ...wanted, range: version };
  const store = new Store(cacheFolder, env);
  const { lock, files } = await resolvers[source.kind]({
    entry,
    source,
    env,
    store,
    cacheFolder,
    folder,
    templates,
    before,
    majorsOf,
    signal,
  });
  const debs = await debianArtifacts({
    wanted: entry.system,
    runtime: lock.runtime,
    templates,
    resolve: resolveDebian,
  });
  return { lock: { ...lock, artifacts: [...lock.artifacts, ...debs] }, files };
}

/** The command's first word must be a bin of the package, or a path below the install folder. */
function checkCommand({ entry }: Server, lock: Lock): void {
  const [word = ''] = entry.command;
  if (word.startsWith('./') || word in lock.bin) return;
  const bins = Object.keys(lock.bin);
  throw new McpcatError(
    'bin-unknown',
    `${entry.name}: the package has no bin "${word}" (it has ${bins.join(', ') || 'none'})`,
    {
      hint: didYouMean(word, bins) || 'set `command` to one of them',
    },
  );
}

async function write(
  { entry, folder, lock: old }: Server,
  { lock, files }: Resolution,
): Promise<UpdateOutcome> {
  const all = { ...files, 'lock.json': jsonText(Lock.parse(lock)) };
  const changed = (
    await Promise.all(Object.entries(all).map(([file, text]) => differs(path.join(folder, file), text)))
  ).some(Boolean);
  // lock.json goes last: it is what says that the others are complete.
  if (changed) await writeTogether(folder, all).catch((error: unknown) => notWritten(error, folder));
  const before = new Set(old?.artifacts.map(({ name, version }) => `${name}@${version}`));
  const after = new Set(lock.artifacts.map(({ name, version }) => `${name}@${version}`));
  return {
    name: entry.name,
    from: old?.version,
    to: lock.version,
    changed,
    artifacts: lock.artifacts.length,
    added: [...after.difference(before)],
    removed: [...before.difference(after)],
  };
}

function notWritten(error: unknown, folder: string): never {
  const full = codeOf(error) === 'ENOSPC';
  throw new McpcatError(
    full ? 'disk-full' : 'io-failed',
    `can't write the lock to ${folder}: ${messageOf(error)}`,
    {
      hint: 'see that there is room, and that the folder may be written',
      cause: error,
    },
  );
}

async function differs(file: string, text: string): Promise<boolean> {
  return (await readFile(file, 'utf8').catch(() => undefined)) !== text;
}

function describe({ from, to, changed, artifacts }: UpdateOutcome): string {
  if (!changed) return `${to}, unchanged`;
  return `${from === undefined || from === to ? to : `${from} → ${to}`}, ${String(artifacts)} files`;
}

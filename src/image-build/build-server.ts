import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Bases } from '../base/references.ts';
import { refuseOthersImage } from './own-image.ts';
import { imageOf } from '../catalog/image-name.ts';
import type { Server } from '../catalog/server.ts';
import type { Lock } from '../catalog/lock.ts';
import { parseSource } from '../catalog/source.ts';
import type { Engine, Platform } from '../engine/engine.ts';
import { fetchArtifacts, goModFiles } from '../fetch/fetch-artifacts.ts';
import { Store } from '../fetch/store.ts';
import { generate } from '../generate/generate.ts';
import type { Generated } from '../generate/generated.ts';
import { proxyPath } from '../generate/go.ts';
import { McpcatError } from '../lib/errors.ts';
import type { Emit } from '../lib/event.ts';
import { label } from '../lib/labels.ts';
import { contextTar, helperFiles, writeContext } from './context.ts';
import { removeLeftFolders } from './left-folders.ts';

/** What images are built with: with the entry and its lock it decides the fingerprint. */
export interface BuildEnvironment {
  readonly bases: Bases;
  readonly templates: string;
  /** The catalog's own, where `templates` are what this machine has decided for itself. */
  readonly catalogTemplates?: string | undefined;
  readonly platform: Platform;
  /** The build bases are of another platform. */
  readonly cross?: boolean;
}

/** How work is done: nothing of it changes what comes out. */
export interface RunContext {
  readonly cacheFolder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly emit: Emit;
  readonly signal?: AbortSignal | undefined;
}

export interface BuildRequest {
  readonly buildEnvironment: BuildEnvironment;
  readonly run: RunContext;
  readonly engine: Engine;
  readonly force: boolean;
  /** Instead of the entry's own image: a release that is not verified yet must not take its place. */
  readonly image?: string;
}

export interface BuildOutcome {
  readonly name: string;
  readonly image: string;
  readonly state: 'built' | 'unchanged';
  readonly fingerprint: string;
  readonly bytes: number;
  readonly seconds: number;
}

/** Builds a server's image unless the present one has the same fingerprint. */
export async function buildServer(server: Server, request: BuildRequest): Promise<BuildOutcome> {
  const { engine, force, buildEnvironment } = request;
  const { emit } = request.run;
  const subject = server.entry.name;
  const image = request.image ?? imageOf(server);
  const started = performance.now();
  try {
    const generated = await generateServer(server, buildEnvironment);
    const present = await engine.inspectImage(image);
    const done = (state: 'built' | 'unchanged', bytes: number): BuildOutcome => ({
      name: subject,
      image,
      state,
      fingerprint: generated.fingerprint,
      bytes,
      seconds: (performance.now() - started) / 1000,
    });
    if (!force && present?.labels[label.fingerprint] === generated.fingerprint) {
      emit({ type: 'stage', subject, stage: 'build', state: 'skipped', detail: 'unchanged' });
      return done('unchanged', present.bytes);
    }
    if (!force) await refuseOthersImage(engine, { image, source: server.entry.source });
    await checkBases(server, request);
    await inFolder((folder) => build(generated, { ...request, server, folder, image }));
    const bytes = (await engine.inspectImage(image))?.bytes ?? 0;
    emit({ type: 'stage', subject, stage: 'build', state: 'done', detail: `${(bytes / 1e6).toFixed(0)} MB` });
    return done('built', bytes);
  } catch (error) {
    emit({ type: 'stage', subject, stage: 'build', state: 'failed' });
    throw error;
  }
}

/** The context of a server; reads its lock files and the template's helpers, asks nobody. */
export async function generateServer(
  server: Server,
  { bases, templates, platform, cross = false }: BuildEnvironment,
): Promise<Generated> {
  const { entry } = server;
  const lock = lockOf(server);
  const base = bases[lock.runtime];
  const files = await lockFiles(server.folder);
  return generate(
    { entry, lock, files, build: base.build, runtime: base.runtime, platform, cross },
    await helperFiles(templates, lock.runtime),
  );
}

/** Fetches what the context needs and writes it into a folder that any Docker builder can build. */
export async function writeServerContext(
  generated: Generated,
  { folder, server, run }: { folder: string; server: Server; run: RunContext },
): Promise<void> {
  const { cacheFolder, env, emit, signal } = run;
  const subject = server.entry.name;
  emit({ type: 'stage', subject, stage: 'fetch', state: 'started' });
  const request = { store: new Store(cacheFolder, env), subject, emit, signal };
  const artifacts = generated.artifacts.map(({ artifact }) => artifact);
  const mods = goModFiles(artifacts);
  const sources = await fetchArtifacts({ ...request, artifacts: [...artifacts, ...mods] });
  const extra = mods.map((artifact) => ({
    artifact,
    path: `${proxyPath(artifact.name, artifact.version)}.mod`,
  }));
  await writeContext(folder, { ...generated, artifacts: [...generated.artifacts, ...extra] }, sources);
}

async function build(
  generated: Generated,
  {
    server,
    engine,
    run,
    folder,
    image,
  }: Omit<BuildRequest, 'image'> & { server: Server; folder: string; image: string },
): Promise<void> {
  const { emit, signal } = run;
  const subject = server.entry.name;
  await writeServerContext(generated, { folder, server, run });
  emit({ type: 'stage', subject, stage: 'build', state: 'started' });
  await engine.buildImage(contextTar(folder), {
    tag: image,
    labels: { [label.fingerprint]: generated.fingerprint },
    onOutput: (line) => emit({ type: 'output', subject, line }),
    ...(signal === undefined ? {} : { signal }),
  });
}

function lockOf({ entry, lock }: Server): Lock {
  if (lock !== undefined) return lock;
  parseSource(entry.source); // says so, where there is nothing to lock
  throw new McpcatError('lock-missing', `${entry.name}: it has no lock yet`, {
    hint: `mcpcat update ${entry.name}`,
  });
}

async function lockFiles(folder: string): Promise<Record<string, string>> {
  const names = ['package-lock.json', 'requirements.txt', 'go.mod', 'go.sum'];
  const files = await Promise.all(
    names.map(
      async (name) => [name, await readFile(path.join(folder, name), 'utf8').catch(() => '')] as const,
    ),
  );
  return Object.fromEntries(files.filter(([, text]) => text !== ''));
}

async function checkBases(
  server: Server,
  { engine, buildEnvironment: { bases, cross, platform } }: BuildRequest,
): Promise<void> {
  const { runtime } = lockOf(server);
  for (const { reference } of Object.values(bases[runtime])) {
    if ((await engine.inspectImage(reference)) !== undefined) continue;
    throw new McpcatError(
      'base-missing',
      `${server.entry.name}: the base ${reference} is not on this engine`,
      {
        hint: `mcpcat base build ${runtime}`,
        inputs: cross === true ? [{ name: 'platform', value: platform }] : [],
      },
    );
  }
}

/** A folder that is gone afterwards, whatever happens; what was killed before is a later build's to remove. */
async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  await removeLeftFolders(os.tmpdir(), 'mcpcat-build-');
  const folder = await mkdtemp(path.join(os.tmpdir(), 'mcpcat-build-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

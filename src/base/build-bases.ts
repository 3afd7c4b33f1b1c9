import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Store } from '../fetch/store.ts';
import { McpcatError } from '../lib/errors.ts';
import { readBaseLock, writeBaseLock, type DebianPackage, type PlatformLock } from './base-lock.ts';
import type { BuildBases, BuiltBase, Target } from './base-request.ts';
import { bootstrap } from './bootstrap.ts';
import { baseDockerfile, contextTar, overlayOf } from './context.ts';
import { newestRuntime } from './lock-runtime.ts';
import { newestArtifacts, nodeFor } from './newest.ts';
import { readRecipe, type BaseKind, type Recipe } from './recipe.ts';
import { baseRef, type BaseRef } from './references.ts';
import { finishRootfs, type Rootfs } from './rootfs.ts';
import { recordPackages } from './record-packages.ts';
import { makeRuntimeBase, type RuntimeStage } from './runtime-stage.ts';

/** Makes the bases of the given kinds and the layer they share; what is there already is left alone. */
export async function buildBases(request: BuildBases): Promise<BuiltBase[]> {
  const { host, platform } = request;
  if (host !== undefined && host !== platform) return buildForeign(request, host);
  const debian = await buildBase(request, { kind: 'debian', stage: 'build' });
  const results = [debian];
  for (const kind of request.kinds) {
    for (const stage of ['build', 'runtime'] as const) {
      results.push(await buildBase(request, { kind, stage, debian: debian.reference }));
    }
  }
  return results;
}

/** Runtime bases of another platform, from its packages; nothing of them is executed here. */
async function buildForeign(request: BuildBases, host: string): Promise<BuiltBase[]> {
  const { host: _, ...here } = { ...request, platform: host };
  const tools = await buildBase(here, { kind: 'cross', stage: 'build' });
  const results = [tools];
  for (const kind of request.kinds)
    results.push(await buildBase(request, { kind, stage: 'runtime', debian: tools.reference }));
  return results;
}

async function buildBase(request: BuildBases, target: Target): Promise<BuiltBase> {
  const { engine, emit } = request;
  const subject = `${target.kind}-${target.stage}`;
  await lockArtifacts(request, target);
  if (request.update && target.stage === 'runtime') await lockRuntime(request, target);
  const wanted = await referenceOf(request, target);
  const present = await engine.inspectImage(wanted.reference);
  if (present) {
    emit({ type: 'stage', subject, stage: 'base', state: 'skipped', detail: 'unchanged' });
    return { ...target, reference: wanted.reference, state: 'unchanged', bytes: present.bytes };
  }
  emit({ type: 'stage', subject, stage: 'base', state: 'started' });
  const folder = await mkdtemp(path.join(os.tmpdir(), 'mcpcat-base-'));
  try {
    const { reference } = await make(request, target, folder);
    const bytes = (await engine.inspectImage(reference))?.bytes ?? 0;
    emit({ type: 'stage', subject, stage: 'base', state: 'done', detail: `${(bytes / 1e6).toFixed(1)} MB` });
    return { ...target, reference, state: 'built', bytes };
  } catch (error) {
    emit({ type: 'stage', subject, stage: 'base', state: 'failed' });
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function referenceOf(request: BuildBases, { kind, stage }: Target): Promise<BaseRef> {
  const { templates, platform } = request;
  if (kind === 'debian' || kind === 'cross') return baseRef(templates, { kind, stage, platform });
  return baseRef(templates, { kind, stage, platform, parent: await compilerRef(request) });
}

/** The build base that all others of this run stand on, or are compiled with. */
function compilerRef({ templates, platform, host }: BuildBases): Promise<BaseRef> {
  const kind = host === undefined ? 'debian' : 'cross';
  return baseRef(templates, { kind, stage: 'build', platform: host ?? platform });
}

/** Node, npm and Go, as they are now. */
async function lockArtifacts(request: BuildBases, { kind, stage }: Target): Promise<void> {
  const { templates, catalogTemplates, platform, host, update, signal } = request;
  // They do not leave their registries as packages leave a mirror.
  if (!update || catalogTemplates !== undefined) return;
  const recipe = await readRecipe(templates, kind);
  const lock = await readBaseLock(templates, kind, platform);
  if (host !== undefined) return lockForeignNode(request, { kind, lock });
  const takes = recipe.node ?? recipe.go;
  if (stage !== 'build' || takes === undefined) return;
  const artifacts = await newestArtifacts(recipe, platform, signal);
  await writeBaseLock(templates, { kind, platform, lock: { ...lock, artifacts } });
}

async function lockForeignNode(
  { templates, platform, host = '', signal }: BuildBases,
  { kind, lock }: { readonly kind: BaseKind; readonly lock: PlatformLock },
): Promise<void> {
  if (kind !== 'node') return;
  const own = await readBaseLock(templates, kind, host);
  const version = own.artifacts.find(({ name }) => name.startsWith('node-linux'))?.version;
  if (version === undefined)
    throw new McpcatError('base-missing', `node: it is not locked for ${host} yet`, {
      hint: 'mcpcat base build node',
    });
  const artifacts = await nodeFor(platform, version, signal);
  await writeBaseLock(templates, { kind, platform, lock: { ...lock, artifacts } });
}

async function make(request: BuildBases, target: Target, folder: string): Promise<BaseRef> {
  return target.stage === 'runtime' ? makeRuntime(request, target) : makeBuild(request, target, folder);
}

async function makeRuntime(request: BuildBases, target: Target): Promise<BaseRef> {
  const wanted = await referenceOf(request, target);
  const { catalogTemplates: templates } = request;
  const locked = templates === undefined ? wanted : await referenceOf({ ...request, templates }, target);
  const bases = locked.fingerprint === wanted.fingerprint ? 'locked' : 'other';
  await makeRuntimeBase({ ...(await runtimeStageOf(request, target)), bases }, wanted);
  return wanted;
}

async function runtimeStageOf(
  request: BuildBases,
  { kind, stage }: Target,
): Promise<Omit<RuntimeStage, 'bases'>> {
  const { engine, templates, platform, host, places, cacheFolder, emit, signal } = request;
  const subject = `${kind}-${stage}`;
  return {
    engine,
    places,
    cacheFolder,
    platform,
    subject,
    store: new Store(cacheFolder),
    recipe: await readRecipe(templates, kind),
    lock: await readBaseLock(templates, kind, platform),
    hostLock: host === undefined ? undefined : await readBaseLock(templates, kind, host),
    compiler: await compilerRef(request),
    onOutput: (line) => emit({ type: 'output', subject, line }),
    signal,
  };
}

/** Writes which packages the mirror has now for a runtime base. */
async function lockRuntime(request: BuildBases, target: Target): Promise<void> {
  const packages = await newestRuntime(await runtimeStageOf(request, target));
  const { platform, emit } = request;
  await recordPackages(request.templates, { kind: target.kind, stage: 'runtime', platform, packages, emit });
}

async function makeBuild(request: BuildBases, target: Target, folder: string): Promise<BaseRef> {
  const { templates, platform, engine, emit, signal } = request;
  const { kind, stage } = target;
  const recipe = await readRecipe(templates, kind);
  const rootfs =
    recipe[stage] === undefined ? undefined : await bootstrapLocked(request, { ...target, recipe, folder });
  const lock = await readBaseLock(templates, kind, platform);
  const overlay = await overlayOf(lock.artifacts, { store: new Store(request.cacheFolder), signal });
  const wanted = await referenceOf(request, target);
  const dockerfile = baseDockerfile({
    from: target.debian ?? 'scratch',
    rootfs: rootfs !== undefined,
    overlay: overlay !== undefined,
  });
  const context = await contextTar([
    { name: 'Dockerfile', content: dockerfile },
    ...(rootfs === undefined ? [] : [{ name: 'rootfs.tar', content: rootfs.tar }]),
    ...(overlay === undefined ? [] : [{ name: 'overlay.tar', content: overlay }]),
  ]);
  await engine.buildImage(context, {
    tag: wanted.reference,
    labels: { 'io.mcpcat.base': `${kind}-${stage}`, 'io.mcpcat.fingerprint': wanted.fingerprint },
    onOutput: (line) => emit({ type: 'output', subject: `${kind}-${stage}`, line }),
    ...(signal === undefined ? {} : { signal }),
  });
  return wanted;
}

type Locked = Target & { readonly recipe: Recipe; readonly folder: string };

/** With the lock's versions; with those that the mirror has now where the lock is written anew. */
async function bootstrapLocked(request: BuildBases, target: Locked): Promise<Rootfs> {
  const { templates, platform, update, emit } = request;
  const { kind } = target;
  const stage = 'build';
  const lock = await readBaseLock(templates, kind, platform);
  const pinned = update ? [] : lock[stage].map((found) => pinOf(found, platform));
  const rootfs = await bootstrapOnce(request, target, pinned).catch((error: unknown) => {
    if (!(error instanceof McpcatError) || error.code !== 'package-unknown' || pinned.length === 0)
      throw error;
    throw new McpcatError(
      'package-gone',
      `${kind}-${stage}: the mirror no longer has a package of the lock`,
      {
        hint: 'take another mirror, or other bases than those that the catalog was verified on',
        inputs: [{ name: 'mirror' }, { name: 'newest-base' }],
        detail: error.detail,
        cause: error,
      },
    );
  });
  if (update) await recordPackages(templates, { kind, stage, platform, packages: rootfs.packages, emit });
  return rootfs;
}

/** `name=version`; of a second architecture `name:arm64=version`. */
function pinOf({ name, version, architecture }: DebianPackage, platform: string): string {
  const own = architecture === 'all' || architecture === platform.replace('linux/', '');
  return `${name}${own ? '' : `:${architecture}`}=${version}`;
}

async function bootstrapOnce(
  request: BuildBases,
  { recipe, stage, kind, folder }: Locked,
  pinned: string[],
): Promise<Rootfs> {
  const rootfs = recipe[stage];
  if (rootfs === undefined) throw new Error('Internal error: a base without a root file system');
  const file = await bootstrap({
    recipe: rootfs,
    pinned,
    platform: request.platform,
    mirror: request.places.mirror,
    folder,
    onOutput: (line) => request.emit({ type: 'output', subject: `${kind}-${stage}`, line }),
    signal: request.signal,
  });
  return finishRootfs(file, rootfs);
}

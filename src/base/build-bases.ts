import { resolvePackages, type ResolveDebian } from '../debian/confined-apt.ts';
import { newestByName } from '../debian/newest-by-name.ts';
import { Store } from '../fetch/store.ts';
import { McpcatError } from '../lib/errors.ts';
import { readBaseLock, writeBaseLock, type PlatformLock } from './base-lock.ts';
import type { BuildBases, BuiltBase, Target } from './base-request.ts';
import { makeBuildBase, type BuildStage } from './build-stage.ts';
import { newestBuild, newestRuntime } from './lock-packages.ts';
import { newestArtifacts, nodeFor } from './newest.ts';
import { readRecipe, type BaseKind } from './recipe.ts';
import { baseRef, type BaseRef } from './references.ts';
import { recordPackages } from './record-packages.ts';
import { makeRuntimeBase, type RuntimeStage } from './runtime-stage.ts';

/** Makes the bases of the given kinds and the layer they share; what is there already is left alone. */
export async function buildBases(request: BuildBases): Promise<BuiltBase[]> {
  const { host, platform } = request;
  if (host !== undefined && host !== platform) return buildForeign(request, host);
  const resolve = request.update ? await resolverOf(request) : undefined;
  const debian = await buildBase(request, { kind: 'debian', stage: 'build' }, resolve);
  const results = [debian];
  for (const kind of request.kinds) {
    for (const stage of ['build', 'runtime'] as const) {
      results.push(await buildBase(request, { kind, stage, debian: debian.reference }, resolve));
    }
  }
  return results;
}

/** Runtime bases of another platform, from its packages; nothing of them is executed here. */
async function buildForeign(request: BuildBases, host: string): Promise<BuiltBase[]> {
  const { host: _, ...here } = { ...request, platform: host };
  const resolve = request.update ? await resolverOf(request) : undefined;
  const tools = await buildBase(here, { kind: 'cross', stage: 'build' }, resolve);
  const results = [tools];
  for (const kind of request.kinds)
    results.push(await buildBase(request, { kind, stage: 'runtime', debian: tools.reference }, resolve));
  return results;
}

async function buildBase(request: BuildBases, target: Target, resolve?: ResolveDebian): Promise<BuiltBase> {
  const { engine, emit } = request;
  const subject = `${target.kind}-${target.stage}`;
  await lockArtifacts(request, target);
  if (resolve !== undefined) await lockPackages(request, target, resolve);
  const wanted = await referenceOf(request, target);
  const present = await engine.inspectImage(wanted.reference);
  if (present) {
    emit({ type: 'stage', subject, stage: 'base', state: 'skipped', detail: 'unchanged' });
    return { ...target, reference: wanted.reference, state: 'unchanged', bytes: present.bytes };
  }
  emit({ type: 'stage', subject, stage: 'base', state: 'started' });
  try {
    await make(request, target, wanted);
    const bytes = (await engine.inspectImage(wanted.reference))?.bytes ?? 0;
    emit({ type: 'stage', subject, stage: 'base', state: 'done', detail: `${(bytes / 1e6).toFixed(1)} MB` });
    return { ...target, reference: wanted.reference, state: 'built', bytes };
  } catch (error) {
    emit({ type: 'stage', subject, stage: 'base', state: 'failed' });
    throw error;
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

async function make(request: BuildBases, target: Target, wanted: BaseRef): Promise<void> {
  if (target.stage === 'runtime') return makeRuntime(request, target, wanted);
  return makeBuildBase({ ...(await partsOf(request, target)), debian: target.debian }, wanted);
}

async function makeRuntime(request: BuildBases, target: Target, wanted: BaseRef): Promise<void> {
  const { catalogTemplates: templates } = request;
  const locked = templates === undefined ? wanted : await referenceOf({ ...request, templates }, target);
  const bases = locked.fingerprint === wanted.fingerprint ? 'locked' : 'other';
  await makeRuntimeBase({ ...(await runtimeStageOf(request, target)), bases }, wanted);
}

async function runtimeStageOf(
  request: BuildBases,
  { kind, stage }: Target,
): Promise<Omit<RuntimeStage, 'bases'>> {
  const { templates, host, cacheFolder } = request;
  return {
    ...(await partsOf(request, { kind, stage })),
    cacheFolder,
    hostLock: host === undefined ? undefined : await readBaseLock(templates, kind, host),
    compiler: await compilerRef(request),
  };
}

/** What all stages are made of. */
async function partsOf(
  { engine, templates, platform, places, cacheFolder, emit, signal }: BuildBases,
  { kind, stage }: Target,
): Promise<Omit<BuildStage, 'debian'>> {
  const subject = `${kind}-${stage}`;
  return {
    engine,
    places,
    platform,
    subject,
    store: new Store(cacheFolder),
    recipe: await readRecipe(templates, kind),
    lock: await readBaseLock(templates, kind, platform),
    onOutput: (line) => emit({ type: 'output', subject, line }),
    signal,
  };
}

/** Writes which packages the mirror has now for a base. */
async function lockPackages(request: BuildBases, target: Target, resolve: ResolveDebian): Promise<void> {
  const { templates, platform, emit } = request;
  const { kind, stage } = target;
  const parts = await partsOf(request, target);
  const recipe = parts.recipe[stage];
  if (recipe === undefined) return;
  const packages =
    stage === 'runtime'
      ? await newestRuntime(parts, resolve)
      : await newestBuild(recipe, { platform, resolve });
  await recordPackages(templates, { kind, stage, platform, packages, emit });
}

/** apt, in the build base of the lock as it is: made first where this engine has none, or it is made anew below. */
async function resolverOf(request: BuildBases): Promise<ResolveDebian> {
  const { engine, templates, cacheFolder, places, signal } = request;
  const platform = request.host ?? request.platform;
  const here = { ...request, platform, update: false };
  const { reference: image } = await resolverBase(here);
  const place = { engine, image, mirror: places.mirror, templates, cacheFolder, signal };
  return (wishes) => resolvePackages(place, wishes);
}

async function resolverBase(request: BuildBases): Promise<BuiltBase> {
  const target = { kind: 'debian', stage: 'build' } as const;
  try {
    return await buildBase(request, target);
  } catch (error) {
    if (!(error instanceof McpcatError) || error.code !== 'package-gone') throw error;
    // Its packages are nowhere any more: with the newest of the same names, and then properly.
    const { templates, platform, places, emit, signal } = request;
    const { lock, store } = await partsOf(request, target);
    const packages = await newestByName(lock.build, { templates, mirror: places.mirror, store, signal });
    await recordPackages(templates, { ...target, platform, packages, emit });
    return buildBase(request, target);
  }
}

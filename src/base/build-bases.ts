import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Engine } from '../engine/engine.ts';
import { Store } from '../fetch/store.ts';
import { McpcatError } from '../lib/errors.ts';
import type { Emit } from '../lib/event.ts';
import { readBaseLock, writeBaseLock, type DebianPackage, type PlatformLock } from './base-lock.ts';
import { bootstrap } from './bootstrap.ts';
import { baseDockerfile, contextTar, overlayOf } from './context.ts';
import { newestArtifacts, nodeFor } from './newest.ts';
import { readRecipe, type BaseKind, type Recipe, type Runtime } from './recipe.ts';
import { baseRef, initSources, type BaseRef, type Stage } from './references.ts';
import { finishRootfs, type Rootfs } from './rootfs.ts';
import { statePlatform } from './state-platform.ts';

export interface BuildBases {
  readonly engine: Engine;
  readonly templates: string;
  readonly kinds: readonly Runtime[];
  readonly platform: string;
  /** Where it is made, if that is another platform: then only runtime bases are made, and the tools for them. */
  readonly host?: string;
  readonly cacheFolder: string;
  readonly mirror: string;
  /** Resolve everything anew. */
  readonly update: boolean;
  /** Fail where the mirror no longer has what the lock names. */
  readonly locked: boolean;
  readonly emit: Emit;
  readonly signal?: AbortSignal | undefined;
}

export interface BuiltBase {
  readonly kind: BaseKind;
  readonly stage: Stage;
  readonly reference: string;
  readonly state: 'built' | 'unchanged';
  readonly bytes: number;
}

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

interface Target {
  readonly kind: BaseKind;
  readonly stage: Stage;
  readonly debian?: string;
}

async function buildBase(request: BuildBases, target: Target): Promise<BuiltBase> {
  const { engine, emit } = request;
  const subject = `${target.kind}-${target.stage}`;
  await lockArtifacts(request, target);
  const wanted = await referenceOf(request, target);
  const present = await engine.inspectImage(wanted.reference);
  if (present && !(request.update && target.stage === 'runtime')) {
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

async function referenceOf(
  { templates, platform, host }: BuildBases,
  { kind, stage }: Target,
): Promise<BaseRef> {
  if (kind === 'debian' || kind === 'cross') return baseRef(templates, { kind, stage, platform });
  const tools = {
    kind: host === undefined ? 'debian' : 'cross',
    stage: 'build',
    platform: host ?? platform,
  } as const;
  const parent = await baseRef(templates, tools);
  return baseRef(templates, { kind, stage, platform, parent });
}

/** Node, npm and Go are looked up once, and again with --update. */
async function lockArtifacts(request: BuildBases, { kind, stage }: Target): Promise<void> {
  const { templates, platform, host, update, signal } = request;
  const recipe = await readRecipe(templates, kind);
  const lock = await readBaseLock(templates, kind, platform);
  if (host !== undefined) return lockForeignNode(request, { kind, lock });
  const takes = recipe.node ?? recipe.go;
  if (stage !== 'build' || takes === undefined || (lock.artifacts.length > 0 && !update)) return;
  const artifacts = await newestArtifacts(recipe, platform, signal);
  await writeBaseLock(templates, { kind, platform, lock: { ...lock, artifacts } });
}

async function lockForeignNode(
  { templates, platform, host = '', update, signal }: BuildBases,
  { kind, lock }: { readonly kind: BaseKind; readonly lock: PlatformLock },
): Promise<void> {
  if (kind !== 'node') return;
  const own = await readBaseLock(templates, kind, host);
  const version = own.artifacts.find(({ name }) => name.startsWith('node-linux'))?.version;
  if (version === undefined)
    throw new McpcatError('base-missing', `node: it is not locked for ${host} yet`, {
      hint: 'mcpcat base build node',
    });
  if (!update && lock.artifacts[0]?.version === version) return;
  const artifacts = await nodeFor(platform, version, signal);
  await writeBaseLock(templates, { kind, platform, lock: { ...lock, artifacts } });
}

async function make(request: BuildBases, target: Target, folder: string): Promise<BaseRef> {
  const { templates, platform, engine, emit, signal } = request;
  const { kind, stage } = target;
  const recipe = await readRecipe(templates, kind);
  const rootfs =
    recipe[stage] === undefined ? undefined : await bootstrapLocked(request, { ...target, recipe, folder });
  const lock = await readBaseLock(templates, kind, platform);
  const overlay = await overlayOf(lock.artifacts, { stage, store: new Store(request.cacheFolder), signal });
  const wanted = await referenceOf(request, target);
  const dockerfile = baseDockerfile({
    from: target.debian ?? 'scratch',
    stage,
    rootfs: rootfs !== undefined,
    overlay: overlay !== undefined,
    cross: request.host !== undefined,
    python: request.host === undefined || stage === 'build' ? undefined : recipe.python,
  });
  const init = stage === 'runtime' ? await initSources(path.join(templates, '..')) : [];
  const context = await contextTar([
    { name: 'Dockerfile', content: dockerfile },
    ...(rootfs === undefined ? [] : [{ name: 'rootfs.tar', content: rootfs.tar }]),
    ...(overlay === undefined ? [] : [{ name: 'overlay.tar', content: overlay }]),
    ...init.map(({ name, text }) => ({ name: `init/${name}`, content: text })),
  ]);
  const tag = request.host === undefined ? wanted.reference : `${wanted.reference}-unlabelled`;
  await engine.buildImage(context, {
    tag,
    labels: { 'io.mcpcat.base': `${kind}-${stage}`, 'io.mcpcat.fingerprint': wanted.fingerprint },
    onOutput: (line) => emit({ type: 'output', subject: `${kind}-${stage}`, line }),
    ...(signal === undefined ? {} : { signal }),
  });
  if (tag !== wanted.reference) await statePlatform(engine, { from: tag, to: wanted.reference, platform });
  return wanted;
}

type Locked = Target & { readonly recipe: Recipe; readonly folder: string };

/** With the lock's versions if the mirror still has them, else resolved anew; the lock then says what was taken. */
async function bootstrapLocked(request: BuildBases, target: Locked): Promise<Rootfs> {
  const { templates, platform, update, locked } = request;
  const { kind, stage } = target;
  const lock = await readBaseLock(templates, kind, platform);
  const pinned = update ? [] : lock[stage].map((found) => pinOf(found, platform));
  const rootfs = await bootstrapOnce(request, target, pinned).catch(async (error: unknown) => {
    const gone = error instanceof McpcatError && error.code === 'package-unknown';
    if (locked || pinned.length === 0 || !gone) throw error;
    const message = 'the mirror no longer has a version of the lock: resolving anew';
    request.emit({ type: 'notice', subject: `${kind}-${stage}`, message });
    return bootstrapOnce(request, target, []);
  });
  await record(request, { ...target, lock, packages: rootfs.packages });
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
    mirror: request.mirror,
    folder,
    python: stage === 'runtime' && request.host === undefined ? recipe.python : undefined,
    onOutput: (line) => request.emit({ type: 'output', subject: `${kind}-${stage}`, line }),
    signal: request.signal,
  });
  return finishRootfs(file, rootfs);
}

async function record(
  { templates, platform, emit }: BuildBases,
  { kind, stage, lock, packages }: Target & { lock: PlatformLock; packages: readonly DebianPackage[] },
): Promise<void> {
  const old = new Map(lock[stage].map((entry) => [entry.name, entry]));
  const changed = packages.filter(({ name, sha256 }) => old.get(name)?.sha256 !== sha256);
  if (changed.length === 0 && old.size === packages.length) return;
  for (const { name, version } of old.size === 0 ? [] : changed) {
    emit({
      type: 'notice',
      subject: `${kind}-${stage}`,
      message: `${name} ${old.get(name)?.version ?? '(new)'} → ${version}`,
    });
  }
  await writeBaseLock(templates, { kind, platform, lock: { ...lock, [stage]: [...packages] } });
}

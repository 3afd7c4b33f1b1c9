import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { McpcatError } from '../lib/errors.ts';
import { projectFolder } from '../lib/project.ts';
import { readBaseLock, type PlatformLock } from './base-lock.ts';
import { ownFiles } from './own-files.ts';
import { readRecipe, type BaseKind, type Recipe, type Runtime } from './recipe.ts';

/** An image that servers are built from or run on. `fingerprint` changes when its content does. */
export interface BaseRef {
  readonly reference: string;
  readonly fingerprint: string;
}
export type Bases = Readonly<Record<Runtime, { readonly build: BaseRef; readonly runtime: BaseRef }>>;

/** Raised when the code in this folder makes other images from the same recipe and lock. */
const builderVersions: Readonly<Record<Stage, number>> = { build: 7, runtime: 7 };

export type Stage = 'build' | 'runtime';

/** The fingerprints of all bases from recipes and locks alone: no engine is asked. */
export async function loadBases(templates: string, platform: string): Promise<Bases> {
  const debian = await baseRef(templates, { kind: 'debian', stage: 'build', platform });
  const pair = async (kind: Runtime): Promise<{ build: BaseRef; runtime: BaseRef }> => ({
    build: await baseRef(templates, { kind, stage: 'build', platform, parent: debian }),
    runtime: await baseRef(templates, { kind, stage: 'runtime', platform, parent: debian }),
  });
  const [node, python, go] = await Promise.all([pair('node'), pair('python'), pair('go')]);
  return { node, python, go };
}

/**
 * The bases for images of another platform that are made on this one: what is built runs on the build bases of `host`,
 * what is in the image is of `platform`. Nothing of the other platform is ever executed.
 */
export async function loadCrossBases(
  templates: string,
  { host, platform }: { readonly host: string; readonly platform: string },
): Promise<Bases> {
  const [own, parent] = await Promise.all([
    loadBases(templates, host),
    baseRef(templates, { kind: 'cross', stage: 'build', platform: host }),
  ]);
  const pair = async (kind: Runtime): Promise<{ build: BaseRef; runtime: BaseRef }> => ({
    build: own[kind].build,
    runtime: await baseRef(templates, { kind, stage: 'runtime', platform, parent }),
  });
  const [node, python, go] = await Promise.all([pair('node'), pair('python'), pair('go')]);
  return { node, python, go };
}

export interface BaseQuery {
  readonly kind: BaseKind;
  readonly stage: Stage;
  readonly platform: string;
  /** The layer it is built with. */
  readonly parent?: BaseRef;
}

export async function baseRef(templates: string, query: BaseQuery): Promise<BaseRef> {
  const { kind, stage, platform, parent } = query;
  const [recipe, lock] = await Promise.all([
    readRecipe(templates, kind),
    readBaseLock(templates, kind, platform),
  ]);
  const init = stage === 'runtime' ? await initSources() : [];
  return referenceOf(query, { recipe, lock, init: init.map(({ text }) => text), parent });
}

function referenceOf(
  { kind, stage, platform }: BaseQuery,
  content: { recipe: Recipe; lock: PlatformLock; init: readonly string[]; parent: BaseRef | undefined },
): BaseRef {
  // Where a package lies, and since when, is no part of what it is.
  const packages = content.lock[stage].map(({ name, version, architecture, sha256, bytes }) => ({
    name,
    version,
    architecture,
    sha256,
    bytes,
  }));
  const facts = [
    builderVersions[stage],
    kind,
    stage,
    platform,
    content.recipe[stage] ?? null,
    packages,
    content.lock.artifacts,
    ...(stage === 'runtime' && content.recipe.python !== undefined ? ['compiled standard library'] : []),
    ...(stage === 'runtime' ? [ownFiles] : []),
  ];
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([...facts, content.init, content.parent?.fingerprint ?? null]))
    .digest('hex');
  return { reference: `mcpcat/base-${kind}-${stage}:${fingerprint.slice(0, 12)}`, fingerprint };
}

/** The sources of mcpcat-init, which every runtime base holds. */
export async function initSources(): Promise<readonly { name: string; text: string }[]> {
  const folder = path.join(projectFolder(), 'src', 'init');
  const names = (await readdir(folder)).filter((name) => /\.[ch]$|^Makefile$/.test(name)).sort();
  return Promise.all(
    names.map(async (name) => ({ name, text: await readFile(path.join(folder, name), 'utf8') })),
  );
}

/** Applies `KIND=REF` (a runtime base) and `KIND-build=REF`: another image counts by its reference. */
export function withOverrides(bases: Bases, overrides: readonly string[]): Bases {
  const result = structuredClone(bases) as Record<Runtime, { build: BaseRef; runtime: BaseRef }>;
  for (const override of overrides) {
    const match = /^(node|python|go)(-build)?=(\S+)$/.exec(override);
    if (!match) {
      throw new McpcatError(
        'usage',
        `base: expected KIND=IMAGE with KIND node, python, go or KIND-build, found "${override}"`,
        { inputs: [{ name: 'base' }] },
      );
    }
    const kind = match[1] as Runtime;
    result[kind][match[2] === undefined ? 'runtime' : 'build'] = {
      reference: match[3] ?? '',
      fingerprint: `external:${match[3] ?? ''}`,
    };
  }
  return result;
}

import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { DebianPlaces } from '../debian/locked-deb.ts';
import type { Engine } from '../engine/engine.ts';
import type { Store } from '../fetch/store.ts';
import { McpcatError } from '../lib/errors.ts';
import { label } from '../lib/labels.ts';
import type { PlatformLock } from './base-lock.ts';
import { overlayOf } from './context.ts';
import { contextStream } from './context-stream.ts';
import { makeInstalledBase } from './installed-base.ts';
import type { Recipe, RootfsRecipe } from './recipe.ts';
import type { BaseRef } from './references.ts';

export interface BuildStage {
  readonly engine: Engine;
  readonly store: Store;
  readonly places: DebianPlaces;
  readonly recipe: Recipe;
  readonly lock: PlatformLock;
  readonly platform: string;
  /** `node-build`. */
  readonly subject: string;
  /** The build base that it stands on; undefined for those that hold Debian's packages. */
  readonly debian: string | undefined;
  readonly onOutput: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

const env = [
  'PATH=/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  'LANG=C.UTF-8',
];

/** Makes a build base of what its lock names and brings it into the engine as `wanted`. */
export async function makeBuildBase(request: BuildStage, wanted: BaseRef): Promise<void> {
  const { recipe, debian, subject } = request;
  const labels = { [label.base]: subject, [label.fingerprint]: wanted.fingerprint };
  if (recipe.build === undefined && debian !== undefined)
    return makeUpon(request, { debian, wanted, labels });
  if (recipe.build === undefined) throw new Error('Internal error: a base without packages');
  return makeDebian(request, { recipe: recipe.build, wanted, labels });
}

interface Making {
  readonly wanted: BaseRef;
  readonly labels: Readonly<Record<string, string>>;
}

async function makeDebian(
  request: BuildStage,
  making: Making & { readonly recipe: RootfsRecipe },
): Promise<void> {
  const { lock, platform, subject } = request;
  if (lock.build.length === 0)
    throw new McpcatError('base-failed', `${subject}: its lock names no packages for ${platform}`, {
      hint: 'mcpcat base update, on a machine of a platform that it does',
    });
  const folder = await mkdtemp(path.join(os.tmpdir(), 'mcpcat-base-'));
  try {
    const { wanted, ...more } = making;
    await makeInstalledBase({
      ...request,
      ...more,
      env,
      folder,
      packages: lock.build,
      reference: wanted.reference,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Node and npm, Go, or nothing, on top of Debian's packages. */
async function makeUpon(request: BuildStage, making: Making & { readonly debian: string }): Promise<void> {
  const { engine, lock, onOutput, signal } = request;
  const { debian, wanted, labels } = making;
  const overlay = await overlayOf(lock.artifacts, request);
  const lines = [
    `FROM ${debian}`,
    ...(overlay === undefined ? [] : ['ADD overlay.tar /']),
    `ENV ${env.join(' ')}`,
    '',
  ];
  const context = contextStream([
    { name: 'Dockerfile', content: lines.join('\n') },
    ...(overlay === undefined ? [] : [{ name: 'overlay.tar', content: overlay }]),
  ]);
  const tag = wanted.reference;
  await engine.buildImage(context, { tag, labels, onOutput, ...(signal === undefined ? {} : { signal }) });
}

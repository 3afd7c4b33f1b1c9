import type { DebEntry } from '../debian/deb/deb-entry.ts';
import { unpackDeb } from '../debian/deb/unpack-deb.ts';
import { fetchDebs } from '../debian/fetch-debs.ts';
import type { DebianPlaces, LockedDeb } from '../debian/locked-deb.ts';
import type { Engine } from '../engine/engine.ts';
import type { Store } from '../fetch/store.ts';
import { McpcatError } from '../lib/errors.ts';
import { label } from '../lib/labels.ts';
import { baseImage, loadBaseImage } from './base-image.ts';
import type { PlatformLock } from './base-lock.ts';
import { byteCode } from './byte-code.ts';
import { runtimeOverlay } from './context.ts';
import { initBinary } from './init-binary.ts';
import { layerOf } from './layer.ts';
import type { Recipe, RootfsRecipe } from './recipe.ts';
import type { BaseRef } from './references.ts';
import { runtimeFiles, type RuntimePackage } from './runtime-files.ts';

export interface RuntimeStage {
  readonly engine: Engine;
  readonly store: Store;
  readonly places: DebianPlaces;
  readonly cacheFolder: string;
  readonly recipe: Recipe;
  readonly lock: PlatformLock;
  /** The lock of the machine that it is made on, where that is another: its Python compiles. */
  readonly hostLock: PlatformLock | undefined;
  /** The build base that has the compiler for mcpcat-init. */
  readonly compiler: BaseRef;
  readonly platform: string;
  /** Whether it is the base of the catalog's lock, or another that this machine goes on with. */
  readonly bases: 'locked' | 'other';
  /** `node-runtime`. */
  readonly subject: string;
  readonly onOutput: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes a runtime base of the packages of its lock and brings it into the engine as `wanted`. The image is the same to
 * its last byte on every host and engine: all that an engine does is to run a compiler or two.
 */
export async function makeRuntimeBase(request: RuntimeStage, wanted: BaseRef): Promise<void> {
  const { engine, recipe, lock, platform, subject } = request;
  const debian = await debianFiles(request, lock);
  const layer = layerOf([
    ...debian,
    ...(await runtimeOverlay(lock.artifacts, request)),
    ...(await initBinary({ ...request, cross: request.hostLock !== undefined })),
    ...(recipe.python === undefined
      ? []
      : await compiledLibrary(request, { python: recipe.python, files: debian })),
  ]);
  const image = baseImage(layer, {
    platform,
    env: [
      'PATH=/usr/local/bin:/usr/bin',
      'LANG=C.UTF-8',
      'HOME=/home/mcpcat',
      'SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt',
    ],
    user: '65532:65532',
    labels: {
      [label.base]: subject,
      [label.fingerprint]: wanted.fingerprint,
      ...(request.bases === 'other' ? { [label.bases]: 'other' } : {}),
    },
  });
  await loadBaseImage(engine, { image, reference: wanted.reference });
}

/** Unpacks packages of a lock; also those of which the recipe keeps nothing. */
export async function unpackedDebs(
  debs: readonly LockedDeb[],
  request: Pick<RuntimeStage, 'store' | 'places' | 'signal'>,
): Promise<RuntimePackage[]> {
  const packages: RuntimePackage[] = [];
  for (const { deb, file } of await fetchDebs(debs, request)) {
    const { name, version } = deb;
    packages.push({ name, version, ...(await unpackDeb(file, { subject: `${name} ${version}` })) });
  }
  return packages;
}

export function runtimeRecipe({ runtime }: Recipe): RootfsRecipe {
  if (runtime === undefined) throw new Error('Internal error: a runtime base without a recipe');
  return runtime;
}

async function debianFiles(request: Omit<RuntimeStage, 'bases'>, lock: PlatformLock): Promise<DebEntry[]> {
  if (lock.runtime.length === 0)
    throw new McpcatError(
      'base-failed',
      `${request.subject}: its lock names no packages for ${request.platform}`,
      {
        hint: 'mcpcat base update',
      },
    );
  return runtimeFiles(await unpackedDebs(lock.runtime, request), runtimeRecipe(request.recipe));
}

async function compiledLibrary(
  request: RuntimeStage,
  { python, files }: { readonly python: string; readonly files: readonly DebEntry[] },
): Promise<readonly DebEntry[]> {
  const { hostLock } = request;
  const interpreter = hostLock === undefined ? files : await debianFiles(request, hostLock);
  return byteCode({ ...request, python, interpreter, files });
}

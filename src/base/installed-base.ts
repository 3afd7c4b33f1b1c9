import { open } from 'node:fs/promises';
import path from 'node:path';
import { fetchDebs, type FetchedDeb } from '../debian/fetch-debs.ts';
import type { DebianPlaces, LockedDeb } from '../debian/locked-deb.ts';
import { readControl, unpackDeb } from '../debian/deb/unpack-deb.ts';
import type { Engine, Labels } from '../engine/engine.ts';
import type { Store } from '../fetch/store.ts';
import { McpcatError } from '../lib/errors.ts';
import { pool } from '../lib/pool.ts';
import { writeImageTree } from '../session/image-tree.ts';
import { baseImage, loadBaseImage, type BaseImage } from './base-image.ts';
import { isKept } from './contents.ts';
import { contextStream, type StreamedFile } from './context-stream.ts';
import { essentialClosure } from './essential.ts';
import { debsFolder, firstFile, installDockerfile, installScript, scriptFile } from './install-script.ts';
import { layerOf, type Layer } from './layer.ts';
import { mergePackages } from './merge-packages.ts';
import type { RootfsRecipe } from './recipe.ts';
import { treeLayer } from './tree-layer.ts';

export interface InstalledBase {
  readonly engine: Engine;
  readonly reference: string;
  readonly recipe: RootfsRecipe;
  readonly packages: readonly LockedDeb[];
  readonly platform: string;
  readonly env: readonly string[];
  readonly labels: Labels;
  readonly places: DebianPlaces;
  readonly store: Store;
  /** Of ours, for temporary files. */
  readonly folder: string;
  readonly onOutput: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A base in which Debian's packages are installed and not only unpacked, made by the engine alone: nothing of this
 * machine is needed but room for files. The same packages give the same image, whichever engine installed them.
 * Rejects with `base-failed` and the last lines of dpkg.
 */
export async function makeInstalledBase(request: InstalledBase): Promise<BaseImage> {
  const { engine, reference, packages, places, store, signal } = request;
  const debs = await fetchDebs(packages, { store, places, signal });
  const unfinished = `${reference}-unfinished`;
  try {
    await install(request, { debs, tag: unfinished });
    return await flattened(request, unfinished);
  } finally {
    await engine.removeImage(unfinished, { force: true });
  }
}

interface Installation {
  readonly debs: readonly FetchedDeb[];
  readonly tag: string;
}

async function install(request: InstalledBase, { debs, tag }: Installation): Promise<void> {
  const { engine, platform, onOutput, signal } = request;
  const first = await essentialOf(debs, platform);
  const context = contextStream([
    {
      name: 'Dockerfile',
      content: installDockerfile(request.recipe.foreign === undefined ? [] : [request.recipe.foreign]),
    },
    { name: scriptFile, content: installScript },
    { name: firstFile, content: listOf(first) },
    { name: 'essential.tar', layer: await unpacked(first, request.recipe) },
    { name: `${debsFolder}/all`, content: listOf(debs) },
    ...debs.map((found): StreamedFile => ({ name: `${debsFolder}/${fileOf(found)}`, file: found.file })),
  ]);
  try {
    await engine.buildImage(context, { tag, onOutput, ...(signal === undefined ? {} : { signal }) });
  } catch (error) {
    if (!(error instanceof McpcatError) || error.code !== 'build-failed') throw error;
    throw new McpcatError('base-failed', "dpkg could not install the base's packages", {
      detail: error.detail,
      cause: error,
    });
  }
}

/** A package of two architectures is two files. */
function fileOf({ deb }: FetchedDeb): string {
  return `${deb.name}_${deb.architecture}.deb`;
}

function listOf(debs: readonly FetchedDeb[]): string {
  return debs.map((found) => `/${debsFolder}/${fileOf(found)}\n`).join('');
}

async function essentialOf(debs: readonly FetchedDeb[], platform: string): Promise<FetchedDeb[]> {
  const packages = await pool(debs, 4, async ({ deb, file }) => ({
    name: deb.name,
    architecture: deb.architecture,
    control: await readControl(file, { subject: subjectOf(deb) }),
  }));
  const architecture = platform.replace('linux/', '');
  const names = essentialClosure(packages, architecture);
  return debs.filter(
    ({ deb }) => names.has(deb.name) && (deb.architecture === architecture || deb.architecture === 'all'),
  );
}

async function unpacked(debs: readonly FetchedDeb[], recipe: RootfsRecipe): Promise<Layer> {
  const trees = await pool(debs, 2, async ({ deb, file }) => {
    const subject = subjectOf(deb);
    return { subject, entries: (await unpackDeb(file, { subject })).entries };
  });
  const kept = [...mergePackages(trees).values()].filter(({ name }) => isKept(name, recipe));
  return layerOf(kept);
}

function subjectOf({ name, version }: LockedDeb): string {
  return `${name} ${version}`;
}

/** The tree of the image as one layer of ours; what an engine makes of several steps differs from engine to engine. */
async function flattened(request: InstalledBase, image: string): Promise<BaseImage> {
  const { engine, reference, recipe, folder } = request;
  const tar = path.join(folder, 'tree.tar');
  await writeImageTree(engine, { image, tar });
  await using file = await open(tar);
  const base = baseImage(await treeLayer(file, (name) => isKept(name, recipe)), { ...request, user: '' });
  await loadBaseImage(engine, { image: base, reference });
  return base;
}

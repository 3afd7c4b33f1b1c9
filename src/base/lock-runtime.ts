import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { LockedDeb } from '../debian/locked-deb.ts';
import { resolveClosure } from '../debian/resolve-closure.ts';
import { packagesInBase } from './runtime-files.ts';
import { runtimeRecipe, unpackedDebs, type RuntimeStage } from './runtime-stage.ts';

/** The newest packages of a runtime base, from the mirror's signed indexes: those of which something is in it. */
export async function newestRuntime(
  request: Pick<RuntimeStage, 'recipe' | 'platform' | 'places' | 'store' | 'signal'>,
): Promise<LockedDeb[]> {
  const { platform, places, signal } = request;
  const recipe = runtimeRecipe(request.recipe);
  const folder = await mkdtemp(path.join(os.tmpdir(), 'mcpcat-apt-'));
  try {
    const closure = await resolveClosure({
      folder,
      packages: recipe.packages,
      architecture: platform.replace('linux/', ''),
      mirror: places.mirror,
      signal,
    });
    const held = packagesInBase(await unpackedDebs(closure, request), recipe);
    const names = new Set(held.map(({ name }) => name));
    return closure.filter(({ name }) => names.has(name));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

import type { LockedDeb } from '../debian/locked-deb.ts';
import type { ResolveDebian } from '../debian/confined-apt.ts';
import type { RootfsRecipe } from './recipe.ts';
import { packagesInBase } from './runtime-files.ts';
import { runtimeRecipe, unpackedDebs, type RuntimeStage } from './runtime-stage.ts';

/** The newest packages of a runtime base, from the mirror's signed indexes: those of which something is in it. */
export async function newestRuntime(
  request: Pick<RuntimeStage, 'recipe' | 'platform' | 'places' | 'store' | 'signal'>,
  resolve: ResolveDebian,
): Promise<LockedDeb[]> {
  const recipe = runtimeRecipe(request.recipe);
  const architectures = [request.platform.replace('linux/', '')];
  const closure = await resolve({ packages: recipe.packages, essential: false, architectures });
  const held = packagesInBase(await unpackedDebs(closure, request), recipe);
  const names = new Set(held.map(({ name }) => name));
  return closure.filter(({ name }) => names.has(name));
}

/** The newest packages of a build base: all of them, since dpkg asks for each. apt is there for the next time. */
export function newestBuild(
  { packages, foreign }: RootfsRecipe,
  { platform, resolve }: { readonly platform: string; readonly resolve: ResolveDebian },
): Promise<LockedDeb[]> {
  const architectures = [platform.replace('linux/', ''), ...(foreign === undefined ? [] : [foreign])];
  return resolve({ packages: [...packages, 'apt'], essential: true, architectures });
}

import path from 'node:path';
import { imageOf } from '../../src/catalog/image-name.ts';
import { loadCatalog } from '../../src/catalog/load.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { project } from './engine.ts';

/** The first servers of the catalog that start without anything of the user's, keep nothing, reach no network and are built. */
export async function startable(engine: Engine, count: number): Promise<readonly string[]> {
  const { servers } = await loadCatalog(path.join(project, 'catalog'), 'checked');
  const names: string[] = [];
  for (const [name, server] of servers) {
    if (names.length >= count) break;
    const { env, permissions } = server.entry;
    const isFree =
      permissions.network.length === 0 &&
      permissions.state.length === 0 &&
      !Object.values(env).some(({ required }) => required) &&
      !permissions.mounts.some(({ required }) => required);
    if (isFree && (await engine.inspectImage(imageOf(server))) !== undefined) names.push(name);
  }
  return names;
}

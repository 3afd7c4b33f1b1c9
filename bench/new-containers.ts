import type { Engine } from '../src/engine/engine.ts';
import { label } from '../src/lib/labels.ts';

/**
 * How many containers of ours there are that were not there when this was called: also those that no client's name is
 * on, as one that sessions share. Others must start none meanwhile.
 */
export async function newContainers(engine: Pick<Engine, 'listContainers'>): Promise<() => Promise<number>> {
  const all = async (): Promise<readonly string[]> =>
    (await engine.listContainers({ [label.owner]: '' })).map(({ id }) => id);
  const before = new Set(await all());
  return async () => (await all()).filter((id) => !before.has(id)).length;
}

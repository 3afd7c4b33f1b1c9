import type { Engine } from '../engine/engine.ts';
import { label } from '../lib/labels.ts';
import { isProvablyDead, parseOwner, startOf, thisOwner } from '../sandbox/owner.ts';

/** Containers of ours whose owner is provably dead, in any state. */
export async function orphans(
  engine: Engine,
): Promise<readonly { readonly id: string; readonly server: string; readonly state: string }[]> {
  const self = thisOwner();
  const found = await engine.listContainers({ [label.owner]: '' });
  return found
    .filter(({ labels }) => {
      const owner = parseOwner(labels[label.owner] ?? '');
      return owner !== undefined && isProvablyDead(owner, self, startOf);
    })
    .map(({ id, labels, state }) => ({ id, server: labels[label.server] ?? '', state }));
}

/** Removes them; resolves to how many there were. */
export async function sweep(engine: Engine): Promise<number> {
  const found = await orphans(engine);
  await Promise.all(found.map(({ id }) => engine.removeContainer(id)));
  return found.length;
}

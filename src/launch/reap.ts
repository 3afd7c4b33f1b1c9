import type { Engine } from '../engine/engine.ts';
import type { Host } from '../host/host.ts';
import { label } from '../lib/labels.ts';
import { provablyDead } from '../sandbox/owner.ts';
import { claimedContainers, genuine } from './whose.ts';

/** Containers of ours whose owner is provably dead, in any state. */
export async function orphans(
  engine: Engine,
  host: Host,
): Promise<readonly { readonly id: string; readonly server: string; readonly state: string }[]> {
  const found = await claimedContainers(engine, host);
  const dead = await provablyDead(
    found.map(({ owner }) => owner),
    host,
  );
  const left = await genuine(
    engine,
    found.filter(({ owner }) => dead.has(owner)),
  );
  return left.map(({ id, labels, state }) => ({ id, server: labels[label.server] ?? '', state }));
}

/** Removes them; resolves to how many there were. */
export async function reap(engine: Engine, host: Host): Promise<number> {
  const found = await orphans(engine, host);
  await Promise.all(found.map(({ id }) => engine.removeContainer(id)));
  return found.length;
}

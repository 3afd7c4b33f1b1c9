import { setTimeout as wait } from 'node:timers/promises';
import type { Engine } from '../engine/engine.ts';

/** Milliseconds: how long an engine may take over removals of its own, and between two looks. */
const removalMs = 45_000;
const lookMs = 250;

/**
 * Removes containers and sees that they are gone. An engine that comes back removes by itself what was to vanish with
 * its end; that may fail, and then it keeps a dead container until it is asked again. Resolves to the ids that are
 * still there in the end.
 */
export async function removeAll(
  engine: Pick<Engine, 'removeContainer' | 'inspectContainer'>,
  ids: readonly string[],
): Promise<readonly string[]> {
  const deadline = performance.now() + removalMs;
  let left = ids;
  for (;;) {
    await Promise.all(left.map((id) => engine.removeContainer(id)));
    const facts = await Promise.all(left.map((id) => engine.inspectContainer(id)));
    left = left.filter((_, index) => facts[index] !== undefined);
    if (left.length === 0 || performance.now() > deadline) return left;
    await wait(lookMs);
  }
}

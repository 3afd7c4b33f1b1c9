import type { Engine, VolumeFacts } from '../engine/engine.ts';
import { label } from '../lib/labels.ts';
import { succeeding } from '../lib/succeeding.ts';
import { initBinary } from './binary.ts';
import type { OwnRequest } from './process1.ts';
import { isVolumeName, volumeOf } from './volume.ts';

/** Milliseconds. A start that goes on may be about to use one that is younger. */
const settledMs = 3_600_000;

/**
 * Volumes that hold another process 1 than this mcpcat's, and that no container has: of earlier versions. A version that
 * is still in use somewhere fills its own anew. None where it can't be told which is ours.
 */
export async function olderVolumes(request: OwnRequest, now: number): Promise<readonly VolumeFacts[]> {
  const { engine } = request;
  const all = await engine.listVolumes({ [label.role]: 'process-1' }, { sizes: 'left-out' });
  // Whoever may make volumes may write our label on any: the name is ours as well.
  const idle = all.filter(({ name, containers }) => isVolumeName(name) && containers.length === 0);
  const old = idle.filter(({ created = '' }) => now - Date.parse(created) > settledMs);
  if (old.length === 0) return [];
  const own = await initBinary(request).then(volumeOf, () => undefined);
  return own === undefined ? [] : old.filter(({ name }) => name !== own);
}

/** Resolves to those that are gone: one that a container has taken meanwhile stays. */
export async function removeVolumes(
  engine: Pick<Engine, 'removeVolume'>,
  volumes: readonly VolumeFacts[],
): Promise<readonly VolumeFacts[]> {
  return succeeding(volumes, ({ name }) => engine.removeVolume(name));
}

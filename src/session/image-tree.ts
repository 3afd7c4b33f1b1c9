import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Engine } from '../engine/engine.ts';
import { label } from '../lib/labels.ts';
import { withIdleContainer } from '../process1/idle-container.ts';
import { ownedLabels } from '../sandbox/owner.ts';

/** Writes all files of an image as one tar, whatever layers it has: through a container that is never started. */
export async function writeImageTree(
  engine: Pick<Engine, 'createContainer' | 'copyOut' | 'removeContainer'>,
  { image, tar }: { readonly image: string; readonly tar: string },
): Promise<void> {
  const labels = ownedLabels({ [label.server]: 'mcpcat-tree', [label.role]: 'test' });
  await withIdleContainer(engine, { image, mounts: [], labels }, async (id) =>
    pipeline(await engine.copyOut(id, '/'), createWriteStream(tar)),
  );
}

import { pipeline } from 'node:stream/promises';
import tar from 'tar-stream';
import type { ImageFacts } from '../engine/engine.ts';
import { McpcatError } from '../lib/errors.ts';
import { withIdleContainer } from './idle-container.ts';
import type { OwnRequest } from './process1.ts';

/** Which folders of an image's `VOLUME` it has nothing in; looked up in a container that never starts. */
export async function emptyVolumes(
  { engine, labels }: OwnRequest,
  { id: image, volumes }: Pick<ImageFacts, 'id' | 'volumes'>,
): Promise<readonly string[]> {
  if (volumes.length === 0) return [];
  return withIdleContainer(engine, { image, mounts: [], labels }, async (id) => {
    const empty: string[] = [];
    for (const folder of volumes) if (await isEmpty(() => engine.copyOut(id, folder))) empty.push(folder);
    return empty;
  });
}

/** What can't be read counts as full: then it is refused. */
async function isEmpty(read: () => ReturnType<OwnRequest['engine']['copyOut']>): Promise<boolean> {
  const extract = tar.extract();
  let items = 0;
  const count = async (): Promise<void> => {
    for await (const entry of extract) {
      entry.resume();
      // The folder itself is the first; of what is in it, one is enough to know.
      if (++items > 1) break;
    }
  };
  try {
    await Promise.all([pipeline(await read(), extract), count()]);
    return items <= 1;
  } catch (error) {
    if (items > 1 || (error instanceof McpcatError && error.code === 'engine-failed')) return false;
    throw error;
  }
}

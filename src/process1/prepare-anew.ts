import { McpcatError } from '../lib/errors.ts';
import { initBinary } from './binary.ts';
import { emptyVolumes } from './empty-volumes.ts';
import { imageIdOf } from './image-id.ts';
import type { Note } from './note.ts';
import type { OwnRequest, Prepared } from './process1.ts';
import { fill, volumeOf } from './volume.ts';

interface Anew {
  readonly image: string;
  /** Keeps what has come out. */
  readonly keep: (note: Note) => Promise<void>;
}

/** Asks the engine for everything: the image's configuration, its platform, and what is in the volume. */
export async function prepareAnew(request: OwnRequest, { image, keep }: Anew): Promise<Prepared> {
  const { engine } = request;
  const facts = await engine.inspectImage(image);
  if (facts === undefined) throw new McpcatError('image-missing', `the image ${image} is not on this engine`);
  const binary = await initBinary(request);
  const volume = volumeOf(binary);
  const id = await imageIdOf(engine, facts.id);
  const { entrypoint, command } = facts;
  const start = { entrypoint, command, emptyVolumes: await emptyVolumes(request, facts) };
  return {
    volume,
    volumeState: 'unseen',
    image: start,
    async confirm({ id: container, folder, imageId }) {
      if (id === undefined || (await imageIdOf(engine, await imageId)) !== id) return 'changed';
      await fill(request, { id: container, folder, image: facts.id, binary });
      const volumeCreated = (await engine.inspectVolume(volume))?.created;
      await keep({ volume, volumeCreated, imageId: id, image: start });
      return 'as-known';
    },
  };
}

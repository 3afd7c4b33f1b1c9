import type { Engine } from '../engine/engine.ts';
import { imageIdOf } from './image-id.ts';
import { readNote, writeNote, type FoundNote, type Note } from './note.ts';
import type { OwnRequest, Prepared, Process1 } from './process1.ts';

/** The engine is asked nothing before the first container is made, unless nothing is known of engine or image yet. */
export function ownProcess1(request: OwnRequest): Process1 {
  const { engine, cache } = request;
  const about = (image: string): { engine: string; image: string } => ({ engine: engine.endpoint, image });
  return {
    async prepare(image) {
      const note = cache === undefined ? undefined : await readNote(cache, about(image));
      if (note !== undefined) return noted(engine, note);
      const { prepareAnew } = await import('./prepare-anew.ts');
      const keep = async (fresh: Note): Promise<void> => {
        if (cache !== undefined) await writeNote(cache, about(image), fresh);
      };
      return prepareAnew(request, { image, keep });
    },
  };
}

/** One small request, beside those that a start needs anyway: a volume that was removed meanwhile is empty. */
function noted(engine: Engine, note: FoundNote): Prepared {
  const { volume: name, image } = note;
  return {
    volume: name,
    volumeState: 'seen',
    image,
    async confirm({ imageId }) {
      const [made, volume] = await Promise.all([imageId, engine.inspectVolume(name)]);
      if ((await imageIdOf(engine, made)) === note.imageId && volume?.created === note.volumeCreated)
        return 'as-known';
      note.forget();
      return 'changed';
    },
  };
}

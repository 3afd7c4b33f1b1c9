import type { Engine } from '../engine/engine.ts';
import { McpcatError } from '../lib/errors.ts';
import type { Process1 } from './process1.ts';

/** Where images of the catalog have it. */
const imageInit = '/mcpcat-init';

/**
 * The process 1 that images of the catalog have themselves, for an engine that can't be given a volume with ours: there
 * the image is named by its digest, and its configuration was read by that.
 */
export function imageProcess1(engine: Pick<Engine, 'inspectImage'>): Process1 {
  return {
    async prepare(image) {
      const facts = await engine.inspectImage(image);
      if (facts === undefined) throw new McpcatError('image-missing', `there is no image ${image}`);
      const { entrypoint, command, volumes } = facts;
      if (entrypoint[0] !== imageInit)
        throw new McpcatError(
          'engine-unfit',
          `${image} has no ${imageInit} that it starts with, so nothing would hold its server in a cluster`,
          {
            hint: 'images that mcpcat builds have it',
          },
        );
      return {
        volume: undefined,
        init: imageInit,
        volumeState: 'seen',
        image: { entrypoint, command, emptyVolumes: volumes },
        confirm: () => Promise.resolve('as-known'),
      };
    },
  };
}

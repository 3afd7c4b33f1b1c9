import { packageOf } from '../consent/grant.ts';
import type { Engine } from '../engine/engine.ts';
import { McpcatError } from '../lib/errors.ts';
import { label } from '../lib/labels.ts';

/**
 * A name on the engine is one package's: another catalog's server of that name does not take the image's place, which
 * its own would then be started from. An image that says nothing (built by hand, or before images named their source)
 * is nobody's. Throws `image-foreign`.
 */
export async function refuseOthersImage(
  engine: Pick<Engine, 'inspectImage'>,
  { image, source }: { readonly image: string; readonly source: string },
): Promise<void> {
  const present = (await engine.inspectImage(image))?.labels[label.source];
  if (present === undefined || packageOf(present) === packageOf(source)) return;
  throw new McpcatError(
    'image-foreign',
    `the image ${image} is of ${packageOf(present)}, and would become one of ${packageOf(source)}`,
    {
      hint: `give this server another name; or, if the other is not needed any more: docker image rm ${image}`,
    },
  );
}

import type { Engine, ImageFacts } from '../engine/engine.ts';
import { label } from '../lib/labels.ts';
import { succeeding } from '../lib/succeeding.ts';

/** Milliseconds. A build in progress may still need an image that is younger. */
const settled = 3_600_000;

/**
 * Images without a name that builds on our bases left: in progress when the builder or the engine died, or replaced
 * by another builder. They are known by the label that every image inherits from its base.
 */
export async function unfinishedImages(engine: Engine, now: number): Promise<readonly ImageFacts[]> {
  const ours = await engine.listImages({ [label.base]: '' });
  return ours.filter(({ tags, created }) => tags.length === 0 && now - Date.parse(created) > settled);
}

/** Removes them; resolves to those that could be. One that a container runs on stays. */
export async function removeUnfinished(
  engine: Engine,
  images: readonly ImageFacts[],
): Promise<readonly ImageFacts[]> {
  return succeeding(images, ({ id }) => engine.removeImage(id));
}

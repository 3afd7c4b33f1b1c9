import type { Engine } from '../../src/engine/engine.ts';
import { repackImage } from '../../src/registry/repack/repack.ts';

/** What a registry would call the image, whatever the engine has added of its own. */
export async function manifestDigest(engine: Pick<Engine, 'saveImage'>, reference: string): Promise<string> {
  await using image = await repackImage(await engine.saveImage(reference));
  return image.manifest.digest;
}

import { Readable } from 'node:stream';
import type { Engine } from '../engine/engine.ts';
import { packedArchive } from '../registry/load-archive.ts';
import { repackImage } from '../registry/repack/repack.ts';

/**
 * An image that was made `FROM scratch` counts as one for the engine's own platform. Brings it back under another name
 * that says what it is for, and removes the first: whoever finds that name finds the right platform.
 */
export async function statePlatform(
  engine: Pick<Engine, 'saveImage' | 'loadImage' | 'removeImage'>,
  { from, to, platform }: { readonly from: string; readonly to: string; readonly platform: string },
): Promise<void> {
  try {
    const [os = '', architecture = ''] = platform.split('/');
    await using image = await repackImage(await engine.saveImage(from), { platform: { os, architecture } });
    await engine.loadImage(Readable.from(packedArchive(image, to), { objectMode: false }));
  } finally {
    await engine.removeImage(from, { force: true });
  }
}

import { McpcatError } from '../lib/errors.ts';
import type { PlatformDescriptor } from '../registry/content/manifest.ts';
import type { Digest } from '../registry/digest.ts';
import type { Evidence } from '../trust/judge.ts';
import { maxStatementBytes, maxStatements } from '../trust/statement-bounds.ts';
import type { BundleArchive } from './bundle-archive.ts';

/** Of the index and of what runs, as many as go into a bundle. */
const maxAttached = 2 * maxStatements;

/**
 * The statements among what is attached to an image: in bounded number and size, whatever the bundle lists, and each
 * read once. One that can't be one is left out and said, as where a registry is asked; rejects with
 * `integrity-mismatch` for one that was changed, and `image-missing`.
 */
export async function attachedStatements(
  archive: Pick<BundleArchive, 'artifactLayer' | 'layerText'>,
  attached: readonly PlatformDescriptor[],
): Promise<Pick<Evidence, 'bundles' | 'unread'>> {
  const unread: string[] = [];
  if (attached.length > maxAttached)
    unread.push(`${String(attached.length)} are attached: the first ${String(maxAttached)} were looked at`);
  const texts = new Map<Digest, string>();
  let left = maxStatementBytes;
  for (const artifact of attached.slice(0, maxAttached)) {
    const layer = await archive.artifactLayer(artifact).catch((error: unknown) => reasonOf(error));
    if (typeof layer === 'string') unread.push(layer);
    else if (texts.has(layer.digest)) continue;
    else if (layer.size > left)
      unread.push(`the statements are larger than ${String(maxStatementBytes >> 20)} MiB together`);
    else {
      left -= layer.size;
      texts.set(layer.digest, await archive.layerText(layer));
    }
  }
  return { bundles: [...texts.values()], unread };
}

/** Anybody who may push may attach something that is no statement. */
function reasonOf(error: unknown): string {
  if (error instanceof McpcatError && (error.code === 'io-failed' || error.code === 'registry-failed'))
    return error.message;
  throw error;
}

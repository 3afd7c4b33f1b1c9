import type { Entry } from '../catalog/entry.ts';
import { coversPermissions, type Proof } from '../catalog/proof.ts';
import type { Engine } from '../engine/engine.ts';
import { McpcatError } from '../lib/errors.ts';
import { label } from '../lib/labels.ts';
import type { Variant } from './variant.ts';

/** Rejects unless the engine has the image that belongs to the entry as it is now. */
export async function checkBuilt(
  engine: Pick<Engine, 'inspectImage'>,
  name: string,
  { image, platform, fingerprint }: Variant,
): Promise<void> {
  const hint = `mcpcat rebuild ${name}`;
  const found = await engine.inspectImage(image);
  if (found === undefined)
    throw new McpcatError('image-missing', `${name}: its image for ${platform} is not on this engine`, {
      hint,
    });
  if (found.platform !== platform)
    throw unverified(`${name}: expected ${image} to be for ${platform}, found ${found.platform}`, hint);
  if (found.labels[label.fingerprint] !== fingerprint)
    throw unverified(`${name}: ${image} was built from something else than the entry is now`, hint);
}

/** Rejects unless the proof is of what was built from this fingerprint, with the permissions that the entry has now. */
export function checkVerified(entry: Entry, proof: Proof | undefined, fingerprint: string): Proof {
  const { name } = entry;
  const hint = `mcpcat test ${name}`;
  if (proof === undefined) throw unverified(`${name}: its image is not verified`, hint);
  if (proof.image.fingerprint !== fingerprint)
    throw unverified(`${name}: the proof of ${proof.date} is of another image`, `mcpcat rebuild ${name}`);
  if (!coversPermissions(proof, entry))
    throw unverified(`${name}: its permissions have changed since the proof of ${proof.date}`, hint);
  return proof;
}

function unverified(message: string, hint: string): McpcatError {
  return new McpcatError('image-unverified', message, { hint });
}

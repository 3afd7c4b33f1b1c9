import { permissionsOf, readProof } from '../catalog/proof.ts';
import type { Server } from '../catalog/server.ts';
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
  const hint = `mcpcat build ${name} && mcpcat test ${name}`;
  const found = await engine.inspectImage(image);
  if (found === undefined)
    throw new McpcatError('image-missing', `${name}: its image for ${platform} is not on this engine`, {
      hint,
    });
  if (found.platform !== platform)
    throw new McpcatError(
      'image-unproved',
      `${name}: expected ${image} for ${platform}, found ${found.platform}`,
      {
        hint,
      },
    );
  if (found.labels[label.fingerprint] === fingerprint) return;
  throw new McpcatError(
    'image-unproved',
    `${name}: ${image} was built from something else than the entry is now`,
    {
      hint,
    },
  );
}

/** Rejects unless `mcpcat test` has proved what was built from this fingerprint, with the permissions the entry has. */
export async function checkProved({ entry, folder }: Server, fingerprint: string): Promise<void> {
  const { name } = entry;
  const hint = `mcpcat test ${name}`;
  const proof = await readProof(folder);
  if (proof === undefined)
    throw new McpcatError('image-unproved', `${name}: its image is not proved`, { hint });
  if (proof.image.fingerprint !== fingerprint)
    throw new McpcatError('image-unproved', `${name}: the proof of ${proof.date} is of another image`, {
      hint,
    });
  if (JSON.stringify(proof.permissions) !== JSON.stringify(permissionsOf(entry)))
    throw new McpcatError(
      'image-unproved',
      `${name}: its permissions have changed since the proof of ${proof.date}`,
      {
        hint,
      },
    );
}

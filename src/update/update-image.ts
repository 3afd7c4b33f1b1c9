import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Server } from '../catalog/server.ts';
import { imageSource } from '../catalog/source.ts';
import { McpcatError } from '../lib/errors.ts';
import type { Emit } from '../lib/event.ts';
import { writeWhole } from '../lib/folders.ts';
import { headManifest } from '../registry/content/manifests.ts';
import { parseReference } from '../registry/reference.ts';
import { Registry } from '../registry/registry.ts';
import type { UpdateOutcome } from './update-server.ts';

export interface UpdateImageRequest {
  readonly server: Server;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether the entry gets what was found. */
  readonly keep: boolean;
  readonly emit: Emit;
  readonly signal?: AbortSignal | undefined;
}

/**
 * An entry for somebody's image: the digest that its tag has now, written into `source` in the place of the old one. One
 * without a tag stays as it is. Rejects with `image-missing` if the registry has no such tag any more.
 */
export async function updateImage({
  server: { entry, folder },
  ...request
}: UpdateImageRequest): Promise<UpdateOutcome> {
  const { name, source } = entry;
  const image = imageSource(source);
  if (image === undefined) throw new Error(`Internal error: ${name} is of a package`);
  const { tag, digest: old } = image;
  const now = tag === undefined ? old : await digestNow({ ...image, tag }, request);
  const changed = now !== old;
  if (changed && request.keep) {
    const file = path.join(folder, 'server.yaml');
    const text = await readFile(file, 'utf8');
    await writeWhole(file, text.replace(source, source.replace(old, now)));
  }
  const detail = changed ? `${old} → ${now}` : `${now}, unchanged`;
  request.emit({ type: 'stage', subject: name, stage: 'lock', state: changed ? 'done' : 'skipped', detail });
  return { name, from: old, to: now, changed, artifacts: 0, added: [], removed: [] };
}

async function digestNow(
  { repository: named, tag }: { readonly repository: string; readonly tag: string },
  { env, signal }: Pick<UpdateImageRequest, 'env' | 'signal'>,
): Promise<string> {
  const { host, repository } = parseReference(named);
  const registry = new Registry(host, signal === undefined ? { env } : { env, signal });
  const found = await headManifest(registry, repository, tag);
  if (found !== undefined) return found;
  throw new McpcatError('image-missing', `no registry has ${named}:${tag} any more`);
}

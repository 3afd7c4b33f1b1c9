import path from 'node:path';
import type { CatalogSource } from '../catalog/catalog-source.ts';
import type { Surface } from '../surface/surface.ts';
import type { ListedRequest } from './listed-surfaces.ts';
import { provedSurface } from './proved-surface.ts';

export type ReviewedRequest = Omit<ListedRequest, 'source'> & { readonly source: CatalogSource };

/**
 * The surface of a server by its name, exactly as the proof of its entry has seen it; undefined if none has. Throws
 * `entry-invalid` for another one. What all servers of a catalog have in common is read once, when the first is asked
 * for: of the catalog that came with the package that is the archive of its entries, for it is ten times quicker to read
 * than its catalog.json.
 */
export function reviewedSurfaces(request: ReviewedRequest): (name: string) => Promise<Surface | undefined> {
  const { source } = request;
  if (source.kind === 'folder') return async (name) => provedSurface(path.join(source.folder, name), request);
  let listed: Promise<(name: string) => Promise<Surface | undefined>> | undefined;
  return async (name) => {
    listed ??= import('./listed-surfaces.ts').then((module) => module.listedSurfaces({ ...request, source }));
    return (await listed)(name);
  };
}

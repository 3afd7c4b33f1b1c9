import path from 'node:path';
import type { CatalogSource } from '../catalog/catalog-source.ts';
import { ownValue } from '../lib/own-value.ts';
import type { Surface } from '../surface/surface.ts';
import { isPacked, unpackedOnce } from './beside.ts';
import type { CatalogTrust } from './catalog-trust.ts';
import type { CatalogIndex } from './catalog-index.ts';
import { openCatalogIndex } from './open-catalog-index.ts';
import { openSurface } from './open-surface.ts';
import { provedSurface, type ProvedRequest } from './proved-surface.ts';

export interface ListedRequest extends ProvedRequest {
  /** Told in which folder the entries of a package are. */
  readonly onUnpacked?: (folder: string) => void;
  readonly source: Exclude<CatalogSource, { kind: 'folder' }>;
  /** mcpcat's cache folder. */
  readonly cache: string;
  readonly trust: CatalogTrust;
  readonly signal?: AbortSignal | undefined;
}

/** Of a catalog.json: what all its servers have in common is read once, when the first is asked for. */
export function listedSurfaces(request: ListedRequest): (name: string) => Promise<Surface | undefined> {
  const { source, cache } = request;
  if (source.kind === 'file' && isPacked(source.file)) {
    const unpacked = unpackedOnce(source.file, cache);
    void unpacked.then(request.onUnpacked, () => undefined);
    return async (name) => provedSurface(path.join(await unpacked, name), request);
  }
  let index: Promise<CatalogIndex> | undefined;
  return async (name) => {
    index ??= openCatalogIndex({ ...request, source, mode: 'launch' });
    return listedSurface(await index, { ...request, name });
  };
}

async function listedSurface(
  catalogIndex: CatalogIndex,
  { name, ...request }: ListedRequest & { readonly name: string },
): Promise<Surface | undefined> {
  const server = ownValue(catalogIndex.servers, name);
  return server && openSurface(server, { ...request, catalogIndex });
}

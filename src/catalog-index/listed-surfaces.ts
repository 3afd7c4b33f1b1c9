import { existsSync } from 'node:fs';
import path from 'node:path';
import type { CatalogSource } from '../catalog/catalog-source.ts';
import { archiveName, unpackedCatalog } from '../catalog/packed-catalog.ts';
import type { Surface } from '../surface/surface.ts';
import type { CatalogIndex } from './catalog-index.ts';
import { openCatalogIndex } from './open-catalog-index.ts';
import { openSurface } from './open-surface.ts';
import { provedSurface } from './proved-surface.ts';

export interface ListedRequest {
  readonly source: Exclude<CatalogSource, { kind: 'folder' }>;
  /** mcpcat's cache folder. */
  readonly cache: string;
  readonly say: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Of a catalog.json: what all its servers have in common is read once, when the first is asked for. */
export function listedSurfaces(request: ListedRequest): (name: string) => Promise<Surface | undefined> {
  const { source, cache } = request;
  if (source.kind === 'file' && existsSync(path.join(path.dirname(source.file), archiveName))) {
    const folder = once(async () => unpackedCatalog(source.file, cache));
    return async (name) => provedSurface(path.join(await folder(), name));
  }
  const index = once(async () => openCatalogIndex({ ...request, source, mode: 'launch' }));
  return async (name) => listedSurface(await index(), { ...request, name });
}

async function listedSurface(
  catalogIndex: CatalogIndex,
  { name, ...request }: ListedRequest & { readonly name: string },
): Promise<Surface | undefined> {
  const server = Object.hasOwn(catalogIndex.servers, name) ? catalogIndex.servers[name] : undefined;
  return server && openSurface(server, { ...request, catalogIndex });
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return async () => (result ??= work());
}

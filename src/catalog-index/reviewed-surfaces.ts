import { existsSync } from 'node:fs';
import path from 'node:path';
import type { CatalogSource } from '../catalog/catalog-source.ts';
import { archiveName, unpackedCatalog } from '../catalog/packed-catalog.ts';
import { readProof } from '../catalog/proof.ts';
import { McpcatError } from '../lib/errors.ts';
import { parseSurface, surfaceFile, surfaceTextIn } from '../surface/read-surface.ts';
import type { Surface } from '../surface/surface.ts';
import type { CatalogIndex } from './catalog-index.ts';
import { openCatalogIndex } from './open-catalog-index.ts';
import { openSurface } from './open-surface.ts';
import { toolsSha256 } from './tools-text.ts';

export interface ReviewedRequest {
  readonly source: CatalogSource;
  /** mcpcat's cache folder. */
  readonly cache: string;
  readonly say: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The surface of a server by its name, exactly as the proof of its entry has seen it; undefined if none has. Throws
 * `entry-invalid` for another one. What all servers of a catalog have in common is read once, when the first is asked
 * for: of the catalog that came with the package that is the archive of its entries, for it is ten times quicker to read
 * than its catalog.json.
 */
export function reviewedSurfaces(request: ReviewedRequest): (name: string) => Promise<Surface | undefined> {
  const { source, cache } = request;
  if (source.kind === 'folder') return async (name) => provedSurface(path.join(source.folder, name));
  if (source.kind === 'file' && existsSync(path.join(path.dirname(source.file), archiveName))) {
    const folder = once(async () => unpackedCatalog(source.file, cache));
    return async (name) => provedSurface(path.join(await folder(), name));
  }
  const index = once(async () => openCatalogIndex({ ...request, source, mode: 'launch' }));
  return async (name) => listedSurface(await index(), { ...request, name });
}

async function listedSurface(
  catalogIndex: CatalogIndex,
  { name, ...request }: ReviewedRequest & { readonly name: string },
): Promise<Surface | undefined> {
  const server = Object.hasOwn(catalogIndex.servers, name) ? catalogIndex.servers[name] : undefined;
  return server && openSurface(server, { ...request, catalogIndex });
}

async function provedSurface(folder: string): Promise<Surface | undefined> {
  const [text, proof] = await Promise.all([surfaceTextIn(folder), readProof(folder)]);
  if (text === undefined || proof?.surface === undefined) return undefined;
  const found = toolsSha256(text);
  if (found === proof.surface) return parseSurface(text, surfaceFile(folder));
  throw new McpcatError(
    'entry-invalid',
    `${surfaceFile(folder)}: expected sha256 ${proof.surface}, as its proof has seen it, found ${found}`,
    { hint: 'bring back the reviewed file, or prove it anew: mcpcat test' },
  );
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return async () => (result ??= work());
}

import { existsSync, promises } from 'node:fs';
import path from 'node:path';
import { archiveName } from '../catalog/archive-name.ts';
import type { CatalogSource } from '../catalog/catalog-source.ts';
import type { Remembered } from '../lib/remembered.ts';
import type { Surface } from '../surface/surface.ts';
import type { ListedRequest } from './listed-surfaces.ts';
import { provedSurface } from './proved-surface.ts';

export interface ReviewedRequest extends Omit<ListedRequest, 'source' | 'onUnpacked'> {
  readonly source: CatalogSource;
  /** In which folder the entries of a package were before. */
  readonly folders?: Remembered<string> | undefined;
}

/**
 * The surface of a server by its name, exactly as the proof of its entry has seen it; undefined if none has. Throws
 * `entry-invalid` for another one. What all servers of a catalog have in common is read once, when the first is asked
 * for: of the catalog that came with the package that is the archive of its entries, for it is ten times quicker to read
 * than its catalog.json.
 */
export function reviewedSurfaces(request: ReviewedRequest): (name: string) => Promise<Surface | undefined> {
  const { source } = request;
  if (source.kind === 'folder') return async (name) => provedSurface(path.join(source.folder, name), request);
  const memory =
    source.kind === 'file'
      ? request.folders?.of(archiveName, [path.join(path.dirname(source.file), archiveName)])
      : undefined;
  const folder = memory?.known;
  if (folder !== undefined && existsSync(folder)) {
    useLater(folder);
    return async (name) => provedSurface(path.join(folder, name), request);
  }
  const all = { ...request, source, onUnpacked: (unpacked: string) => memory?.keep(unpacked) };
  let listed: Promise<(name: string) => Promise<Surface | undefined>> | undefined;
  return async (name) => {
    listed ??= import('./listed-surfaces.ts').then((module) => module.listedSurfaces(all));
    return (await listed)(name);
  };
}

/** Milliseconds after which it is marked as used: the client's first answers come before. */
const laterMs = 3000;

/** Copies of other releases that nobody has used for a month are removed (packed-catalog.ts). */
function useLater(folder: string): void {
  setTimeout(() => {
    const now = new Date();
    void promises.utimes(folder, now, now).catch(() => undefined);
  }, laterMs).unref();
}

import path from 'node:path';
import { projectFolder } from '../lib/project.ts';
import { catalogId, type CatalogSource } from './catalog-source.ts';
import { pulledImage } from './quick-image.ts';
import type { Server } from './server.ts';
import { imageSource } from './source.ts';

/**
 * The image that `build` makes of a catalog's server on this engine, and that `test` and `run` use. The names
 * `mcpcat/<name>:local` are those of the catalog that mcpcat came with; another catalog's carry a mark of that catalog,
 * so that a server of the same name neither takes the image's place nor is started from it.
 */
export function imageIn(catalog: CatalogSource, name: string): string {
  return `mcpcat/${name}:local${markOf(catalog)}`;
}

/** The same for a server that was loaded from a folder; that of an entry for somebody’s image belongs to its digest. */
export function imageOf({
  entry,
  folder,
  catalog = { kind: 'folder', folder: path.resolve(folder, '..') },
}: Pick<Server, 'folder' | 'entry' | 'catalog'>): string {
  const image = imageSource(entry.source);
  if (image !== undefined) return pulledImage(entry.name, image);
  return imageIn(catalog, entry.name);
}

/** 48 bits: folders of one user that nobody chooses for a collision, and the labels of the image are compared besides. */
const markLength = 12;

function markOf(catalog: CatalogSource): string {
  const id = catalogId(catalog);
  // The index beside the folder that mcpcat came with lists the very same servers.
  const ownIndex = catalog.kind === 'file' && catalog.file === path.join(projectFolder(), 'catalog.json');
  if (id === 'mcpcat' || ownIndex) return '';
  // Loaded here, because it costs milliseconds and most launches are of our own catalog.
  const { createHash } = process.getBuiltinModule('node:crypto');
  return `-c${createHash('sha256').update(id).digest('hex').slice(0, markLength)}`;
}

import { McpcatError } from '../lib/errors.ts';
import { catalogSource, isOwn, sourceText, type CatalogChoice } from './catalog-source.ts';

/** For commands that write into the catalog. Throws `usage` for a `catalog.json`, which is none to write into. */
export function catalogFolder(choice: CatalogChoice): string {
  const source = catalogSource(choice);
  if (source.kind === 'folder') return source.folder;
  throw noFolder(isOwn(source) ? 'that of the package, which is only read' : sourceText(source));
}

/**
 * For commands that need what a `catalog.json` has not (locks) and change nothing. Of the catalog that came with a
 * package they get a copy in mcpcat's cache folder. Throws `usage` for another `catalog.json`.
 */
export async function readableCatalogFolder(choice: CatalogChoice, cache: string): Promise<string> {
  const source = catalogSource(choice);
  if (source.kind === 'folder') return source.folder;
  if (source.kind !== 'file' || !isOwn(source)) throw noFolder(sourceText(source));
  const { unpackedCatalog } = await import('./packed-catalog.ts');
  return unpackedCatalog(source.file, cache);
}

function noFolder(found: string): McpcatError {
  return new McpcatError('usage', `expected a folder as catalog here, found ${found}`, {
    hint: 'a checkout has one',
    inputs: [{ name: 'catalog', value: 'DIR' }],
  });
}

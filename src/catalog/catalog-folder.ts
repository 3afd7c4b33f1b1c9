import { McpcatError } from '../lib/errors.ts';
import { catalogSource, sourceText, type CatalogChoice } from './catalog-source.ts';

/** For commands that write into the catalog, or need what a `catalog.json` has not (locks). */
export function catalogFolder(choice: CatalogChoice): string {
  const source = catalogSource(choice);
  if (source.kind === 'folder') return source.folder;
  throw new McpcatError('usage', `expected a folder as catalog here, found ${sourceText(source)}`, {
    hint: 'a checkout has one',
    inputs: [{ name: 'catalog', value: 'DIR' }],
  });
}

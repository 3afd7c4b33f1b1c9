import { z } from 'zod';
import { jsonText } from '../lib/folders.ts';
import { CatalogIndex } from './catalog-index.ts';

/** `catalog.schema.json`: for everybody else who reads a `catalog.json`. */
export function catalogIndexSchemaText(): string {
  const schema = z.toJSONSchema(CatalogIndex, { io: 'output' });
  return jsonText({
    ...schema,
    title: 'mcpcat catalog',
    description: 'catalog.json: every server of a catalog, with what it may do, its image and its proof',
  });
}

import { z } from 'zod';
import { jsonText } from '../lib/folders.ts';
import { Listing } from './listing.ts';

/** `catalog.schema.json`: for everybody else who reads a `catalog.json`. */
export function listingSchemaText(): string {
  const schema = z.toJSONSchema(Listing, { io: 'output' });
  return jsonText({
    ...schema,
    title: 'mcpcat catalog',
    description: 'catalog.json: every server of a catalog, with what it may do, its image and its proof',
  });
}

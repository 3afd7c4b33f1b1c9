import { z } from 'zod';

const time = z.iso.datetime({ offset: false });

/**
 * The predicate `https://mcpcat.dev/catalog/v1` about a `catalog.json`, by which its reader notices an older one
 * (rollback) and one that is kept from being replaced (freeze).
 */
export const CatalogPredicate = z.strictObject({
  /** Larger than that of every catalog.json which was signed before. */
  number: z.number().int().positive(),
  created: time,
  /** After it somebody must have signed anew. */
  expires: time,
});
export type CatalogPredicate = z.infer<typeof CatalogPredicate>;

/** The name of the subject, whatever the file is called where it lies. */
export const catalogSubject = 'catalog.json';

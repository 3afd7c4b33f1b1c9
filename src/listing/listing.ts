import { z } from 'zod';
import { Entry } from '../catalog/entry.ts';
import { ImageRecord } from '../catalog/image-record.ts';
import { Lock } from '../catalog/lock.ts';
import { Proof } from '../catalog/proof.ts';
import { Tool } from '../catalog/tools.ts';

/**
 * The schema of `catalog.json`: every server of a catalog in one file, complete enough to run them without the folder.
 * Written by `mcpcat index` alone. It decides what servers may do, so keys that are not known are errors here too, and
 * whoever adds one raises the version.
 */
export const listingVersion = 1;

const { imageVersion: _, ...record } = ImageRecord.shape;

export const ListedImage = z.strictObject({
  ...record,
  /** What to pull: repository and digest; null if it is in no registry yet. */
  reference: z.string().nullable(),
});

export const ListedServer = z.strictObject({
  /** Everything that its `server.yaml` says, defaults filled in. */
  ...Entry.shape,
  /** Release of the server that is locked; null without a lock. */
  version: z.string().nullable(),
  runtime: Lock.shape.runtime.nullable(),
  freshness: z.strictObject({
    /** When upstream released this version (ISO 8601), if upstream says so. */
    released: z.string().nullable(),
  }),
  /** Null until `mcpcat publish` has made it. */
  image: ListedImage.nullable(),
  /** Null until `mcpcat test` has listed them. */
  tools: z.array(Tool).nullable(),
  proof: Proof.nullable(),
  /** `proved`: the proof is of this lock, these permissions and, where there is one, this image. */
  status: z.enum(['proved', 'unproved', 'stale']),
  /** Why it is not proved, in one line; null if it is. */
  reason: z.string().nullable(),
  /** The platform that the proof was made on; images for others come from the same lock. */
  provedOn: z.string().nullable(),
});
export type ListedServer = z.infer<typeof ListedServer>;
export type ListedImage = z.infer<typeof ListedImage>;

export const Listing = z.strictObject({
  $schema: z.string(),
  catalogVersion: z.literal(listingVersion),
  /** By name, sorted. */
  servers: z.record(z.string(), ListedServer),
});
export type Listing = z.infer<typeof Listing>;

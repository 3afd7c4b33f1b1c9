import { z } from 'zod';
import { Signing } from '../attest/signer-policy.ts';
import { Entry } from '../catalog/entry.ts';
import { ImageRecord } from '../catalog/image-record.ts';
import { Lock } from '../catalog/lock.ts';
import { Proof } from '../catalog/proof.ts';

/**
 * The schema of `catalog.json`: every server of a catalog in one file, complete enough to run them without the folder.
 * Written by `mcpcat index` alone. It decides what servers may do, so keys that are not known are errors here too, and
 * whoever adds one raises the version.
 */
export const catalogIndexVersion = 3;

const { imageVersion: _, ...record } = ImageRecord.shape;

export const ListedImage = z.strictObject({
  ...record,
  /** What to pull: repository and digest; null if it is in no registry yet. */
  reference: z.string().nullable(),
});

/** Names and descriptions of tools are most of a catalog and no launch needs them: they are in a file of their own. */
export const ListedTools = z.strictObject({
  count: z.int().nonnegative(),
  /** Of that file, in hex. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be a sha256 in hexadecimal digits'),
});
export type ListedTools = z.infer<typeof ListedTools>;

/** All that it offers, complete: in a file of its own too. */
const ListedSurface = z.strictObject({ sha256: ListedTools.shape.sha256 });
export type ListedSurface = z.infer<typeof ListedSurface>;

export const ListedServer = z.strictObject({
  /** Everything that its `server.yaml` says, defaults filled in. */
  ...Entry.shape,
  /** Release of the server that is locked; of an image that was made elsewhere its tag, or its digest; null without either. */
  version: z.string().nullable(),
  runtime: Lock.shape.runtime.nullable(),
  freshness: z.strictObject({
    /** When upstream released this version (ISO 8601), if upstream says so. */
    released: z.string().nullable(),
  }),
  /** Null until `mcpcat publish` has made it. */
  image: ListedImage.nullable(),
  /** Null until `mcpcat test` has listed them. */
  tools: ListedTools.nullable(),
  /** Null until a proof has seen it. */
  surface: ListedSurface.nullable(),
  proof: Proof.nullable(),
  /** `proved`: the proof is of this lock, these permissions and, where there is one, this image. */
  status: z.enum(['proved', 'unproved', 'stale']),
  /** Why it is not verified, in one line; null if it is. */
  reason: z.string().nullable(),
  /** The platform that the proof was made on; images for others come from the same lock. */
  provedOn: z.string().nullable(),
});
export type ListedServer = z.infer<typeof ListedServer>;
export type ListedImage = z.infer<typeof ListedImage>;

export const CatalogIndex = z.strictObject({
  $schema: z.string(),
  catalogVersion: z.literal(catalogIndexVersion),
  /** The folder beside this file that has a `NAME.json` for each server with tools, and a `NAME.surface.json`: a plain name. */
  toolsFolder: z.string().regex(/^[\w-][\w.-]*$/, 'must be the plain name of a folder'),
  /** Who signs this file and the images that it names; absent where nobody does. */
  signing: Signing.optional(),
  /** By name, sorted. */
  servers: z.record(z.string(), ListedServer),
});
export type CatalogIndex = z.infer<typeof CatalogIndex>;

/** One line for each server, so that a change of one shows as such. The same catalog index gives the same text. */
export function catalogIndexText({ servers, ...head }: CatalogIndex): string {
  const fields = Object.entries(head).map(
    ([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`,
  );
  const lines = Object.entries(servers).map(
    ([name, server]) => `${JSON.stringify(name)}: ${JSON.stringify(server)}`,
  );
  return `{\n${[...fields, `"servers": {\n${lines.join(',\n')}\n}`].join(',\n')}\n}\n`;
}

import { z } from 'zod';

/**
 * A bundle: a tar of an OCI image layout (image specification, "Image Layout"), which skopeo and others read as
 * `oci-archive`, with one folder more, `mcpcat`. In this order, so that a reader can judge names and sizes as they come:
 * `oci-layout`, `mcpcat/…`, `index.json`, `blobs/sha256/…`. `index.json` names each server's index by its name
 * (`org.opencontainers.image.ref.name`), and after it what is attached to it and to its images.
 */
export const bundlePlace = {
  layout: 'oci-layout',
  index: 'index.json',
  blobs: 'blobs/sha256',
  facts: 'mcpcat/bundle.json',
  catalog: 'mcpcat/catalog.json',
  trustedRoot: 'mcpcat/trusted_root.json',
} as const;

/** The annotation by which a layout names an image. */
export const refName = 'org.opencontainers.image.ref.name';

/** `mcpcat/bundle.json`: what is in it. */
export const BundleFacts = z.strictObject({
  bundleVersion: z.literal(1),
  /** By name: where each image is from, and its index. */
  servers: z.record(
    z.string(),
    z.strictObject({ repository: z.string(), digest: z.string().regex(/^sha256:[0-9a-f]{64}$/) }),
  ),
  /** Those that are in it, `linux/amd64`; an index may name more. */
  platforms: z.array(z.string()),
});
export type BundleFacts = z.infer<typeof BundleFacts>;

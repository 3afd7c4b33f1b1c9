import { z } from 'zod/mini';
import { McpcatError } from '../../lib/errors.ts';
import { digestOf, isDigest, type Digest } from '../digest.ts';

/** Media types (OCI image specification 1.1; docker's for images that others made). */
export const mediaType = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  index: 'application/vnd.oci.image.index.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
  plainLayer: 'application/vnd.oci.image.layer.v1.tar',
  empty: 'application/vnd.oci.empty.v1+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerList: 'application/vnd.docker.distribution.manifest.list.v2+json',
} as const;

export const indexTypes: ReadonlySet<string> = new Set([mediaType.index, mediaType.dockerList]);

const digest = z.custom<Digest>((text) => typeof text === 'string' && isDigest(text));
const size = z.number().check(z.int(), z.nonnegative());
const annotations = z.optional(z.record(z.string(), z.string()));

const Descriptor = z.object({ mediaType: z.string(), digest, size, annotations });
const PlatformDescriptor = z.object({
  ...Descriptor.shape,
  artifactType: z.optional(z.string()),
  platform: z.optional(
    z.object({ os: z.string(), architecture: z.string(), variant: z.optional(z.string()) }),
  ),
});
const ImageManifest = z.object({ config: Descriptor, layers: z.array(Descriptor), annotations });
const ImageIndex = z.object({ manifests: z.array(PlatformDescriptor), annotations });

/** Names content and how long it is. */
export type Descriptor = z.infer<typeof Descriptor>;
/** An entry of an index. */
export type PlatformDescriptor = z.infer<typeof PlatformDescriptor>;
export type ImageManifest = z.infer<typeof ImageManifest>;
export type ImageIndex = z.infer<typeof ImageIndex>;

/** A manifest or index as the registry holds it: the bytes are what the digest is of. */
export interface Manifest {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly bytes: Buffer;
}

/** How others name it. */
export function manifestDescriptor({ mediaType: type, digest: of, bytes }: Manifest): Descriptor {
  return { mediaType: type, digest: of, size: bytes.length };
}

export function imageManifestIn(
  manifest: Pick<Manifest, 'bytes' | 'mediaType'>,
  subject: string,
): ImageManifest {
  const parsed = ImageManifest.safeParse(jsonIn(manifest.bytes));
  if (parsed.success) return parsed.data;
  throw new McpcatError(
    'registry-failed',
    `${subject}: expected an image manifest, found ${manifest.mediaType}`,
  );
}

export function indexIn(manifest: Pick<Manifest, 'bytes' | 'mediaType'>, subject: string): ImageIndex {
  const parsed = ImageIndex.safeParse(jsonIn(manifest.bytes));
  if (parsed.success) return parsed.data;
  throw new McpcatError(
    'registry-failed',
    `${subject}: expected an image index, found ${manifest.mediaType}`,
  );
}

function jsonIn(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** JSON with sorted keys and no spaces: the same value gives the same bytes. Undefined fields are left out. */
export function canonicalJson(value: unknown): Buffer<ArrayBuffer> {
  const sorted = (_key: string, field: unknown): unknown =>
    typeof field === 'object' && field !== null && !Array.isArray(field)
      ? Object.fromEntries(Object.entries(field).sort(([a], [b]) => (a < b ? -1 : 1)))
      : field;
  return Buffer.from(JSON.stringify(value, sorted), 'utf8');
}

/** A manifest of our own making, in canonical bytes. */
export function manifestOf(type: string, content: Readonly<Record<string, unknown>>): Manifest {
  const bytes = canonicalJson({ schemaVersion: 2, mediaType: type, ...content });
  return { digest: digestOf(bytes), mediaType: type, bytes };
}

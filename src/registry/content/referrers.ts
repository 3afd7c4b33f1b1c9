import { McpcatError } from '../../lib/errors.ts';
import { hexOf, type Digest } from '../digest.ts';
import { wholeBody } from '../http/body.ts';
import { withRetries } from '../http/retry-policy.ts';
import { pullScope, type Registry } from '../registry.ts';
import { blobOfBytes, descriptorOf, type LocalBlob } from './blob.ts';
import {
  indexIn,
  manifestOf,
  mediaType,
  type Descriptor,
  type Manifest,
  type PlatformDescriptor,
} from './manifest.ts';
import { getManifest, headManifest, putManifest } from './manifests.ts';
import { writeBlob } from './write-blob.ts';

/** The tag under which registries without the referrers API keep the list (distribution specification 1.1). */
function fallbackTag(subject: Digest): string {
  return `sha256-${hexOf(subject)}`;
}

/** What refers to a manifest: signatures, SBOMs, proofs. By the API, else by the fallback tag; empty if nothing does. */
export async function listReferrers(
  registry: Registry,
  repository: string,
  subject: Digest,
): Promise<readonly PlatformDescriptor[]> {
  const byApi = await referrersApi(registry, repository, subject);
  if (byApi !== undefined) return indexIn(byApi, `referrers of ${subject}`).manifests;
  return (await fallbackIndex(registry, repository, subject)) ?? [];
}

/** Undefined if the registry does not know the call. */
async function referrersApi(
  registry: Registry,
  repository: string,
  subject: Digest,
): Promise<Manifest | undefined> {
  const about = `referrers of ${repository}@${subject}`;
  const { retryPolicy, signal } = registry;
  return withRetries(retryPolicy, signal, async () => {
    const response = await registry.sendOnce({
      method: 'GET',
      to: `/v2/${repository}/referrers/${subject}`,
      scopes: [pullScope(repository)],
      subject: about,
      headers: { accept: mediaType.index },
      expect: [200, 400, 404, 405],
    });
    const bytes = await wholeBody(response, about, { retryPolicy, max: 4 << 20 });
    const known =
      response.status === 200 && response.headers.get('content-type')?.startsWith(mediaType.index);
    return known === true ? { digest: subject, mediaType: mediaType.index, bytes } : undefined;
  });
}

async function fallbackIndex(
  registry: Registry,
  repository: string,
  subject: Digest,
): Promise<readonly PlatformDescriptor[] | undefined> {
  const digest = await headManifest(registry, repository, fallbackTag(subject));
  if (digest === undefined) return undefined;
  return indexIn(await getManifest(registry, repository, digest), `referrers of ${subject}`).manifests;
}

export interface Artifact {
  /** What it is: `application/vnd.in-toto+json`. */
  readonly artifactType: string;
  readonly layers: readonly LocalBlob[];
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Attaches an artifact to a manifest that is in the repository. Resolves to the digest of the artifact's manifest. */
export async function attachArtifact(
  registry: Registry,
  repository: string,
  { subject, artifact }: { readonly subject: Descriptor; readonly artifact: Artifact },
): Promise<Digest> {
  const empty = blobOfBytes(mediaType.empty, Buffer.from('{}'));
  for (const blob of [empty, ...artifact.layers]) await writeBlob(registry, repository, { blob });
  const manifest = manifestOf(mediaType.manifest, {
    artifactType: artifact.artifactType,
    config: descriptorOf(empty),
    layers: artifact.layers.map(descriptorOf),
    subject: descriptorOf(subject),
    annotations: artifact.annotations,
  });
  const response = await putManifest(registry, repository, { manifest, as: manifest.digest });
  if (response.headers.get('oci-subject') === null) {
    await listInFallback(registry, repository, { subject: subject.digest, manifest, artifact });
  }
  return manifest.digest;
}

/** Adds to the list under the fallback tag. Two writers may cross: it is read again, and written again if lost. */
async function listInFallback(
  registry: Registry,
  repository: string,
  { subject, manifest, artifact }: { subject: Digest; manifest: Manifest; artifact: Artifact },
): Promise<void> {
  const own: PlatformDescriptor = {
    mediaType: manifest.mediaType,
    digest: manifest.digest,
    size: manifest.bytes.length,
    artifactType: artifact.artifactType,
    ...(artifact.annotations === undefined ? {} : { annotations: { ...artifact.annotations } }),
  };
  for (let attempt = 0; attempt < 5; attempt++) {
    const listed = (await fallbackIndex(registry, repository, subject)) ?? [];
    if (listed.some(({ digest }) => digest === own.digest)) return;
    const manifests = [...listed, own].sort((a, b) => (a.digest < b.digest ? -1 : 1));
    const index = manifestOf(mediaType.index, { manifests });
    await putManifest(registry, repository, { manifest: index, as: fallbackTag(subject) });
  }
  throw new McpcatError(
    'registry-failed',
    `referrers of ${subject}: another writer keeps replacing the list`,
  );
}

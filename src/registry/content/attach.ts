import { setTimeout as sleep } from 'node:timers/promises';
import { McpcatError } from '../../lib/errors.ts';
import type { Digest } from '../digest.ts';
import type { Registry } from '../registry.ts';
import { blobOfBytes, descriptorOf, type LocalBlob } from './blob.ts';
import {
  indexIn,
  manifestDescriptor,
  manifestOf,
  mediaType,
  type Descriptor,
  type Manifest,
  type PlatformDescriptor,
} from './manifest.ts';
import { getManifest, headTag, putManifest } from './manifests.ts';
import { fallbackTag } from './referrers.ts';
import { writeBlob } from './write-blob.ts';

export interface Artifact {
  /** What it is: `application/vnd.dev.sigstore.bundle.v0.3+json`. */
  readonly artifactType: string;
  readonly layers: readonly LocalBlob[];
  readonly annotations?: Readonly<Record<string, string>>;
}

/**
 * Attaches artifacts to a manifest that is in the repository. Resolves to the digests of their manifests, once all of
 * them are listed (distribution specification 1.1, "Pushing Manifests with Subject"). Rejects with `registry-failed`
 * where other writers keep replacing the list.
 */
export async function attachArtifacts(
  registry: Registry,
  repository: string,
  { subject, artifacts }: { readonly subject: Descriptor; readonly artifacts: readonly Artifact[] },
): Promise<readonly Digest[]> {
  const empty = blobOfBytes(mediaType.empty, Buffer.from('{}'));
  const unlisted: PlatformDescriptor[] = [];
  const digests: Digest[] = [];
  for (const artifact of artifacts) {
    for (const blob of [empty, ...artifact.layers]) await writeBlob(registry, repository, { blob });
    const manifest = artifactManifest(artifact, { empty, subject });
    const response = await putManifest(registry, repository, { manifest, as: manifest.digest });
    if (response.headers.get('oci-subject') === null) unlisted.push(listed(artifact, manifest));
    digests.push(manifest.digest);
  }
  if (unlisted.length > 0) await listInFallback({ registry, repository, subject: subject.digest }, unlisted);
  return digests;
}

function artifactManifest(
  { artifactType, layers, annotations }: Artifact,
  { empty, subject }: { readonly empty: LocalBlob; readonly subject: Descriptor },
): Manifest {
  return manifestOf(mediaType.manifest, {
    artifactType,
    config: descriptorOf(empty),
    layers: layers.map(descriptorOf),
    subject: descriptorOf(subject),
    annotations,
  });
}

function listed({ artifactType, annotations }: Artifact, manifest: Manifest): PlatformDescriptor {
  return {
    ...manifestDescriptor(manifest),
    artifactType,
    ...(annotations === undefined ? {} : { annotations: { ...annotations } }),
  };
}

interface Place {
  readonly registry: Registry;
  readonly repository: string;
  readonly subject: Digest;
}

const maxWrites = 20;

/**
 * Adds to the list under the fallback tag. A tag has no lock: whoever read the list before we wrote replaces ours. So it
 * is written on condition where the registry knows conditions, read again, and once more after a while in which such a
 * writer would have come; whatever is missing then is written anew.
 */
async function listInFallback(place: Place, own: readonly PlatformDescriptor[]): Promise<void> {
  const { registry, repository, subject } = place;
  const { firstWait } = registry.retryPolicy;
  let seenWhole = false;
  for (let writes = 0; ;) {
    const { present, etag } = await listNow(place);
    const missing = own.filter(({ digest }) => !present.some((other) => other.digest === digest));
    if (missing.length === 0) {
      if (seenWhole || writes === 0) return;
      seenWhole = true;
      await sleep(firstWait * (1 + Math.random()), undefined, { signal: registry.signal });
      continue;
    }
    seenWhole = false;
    if (writes === maxWrites) throw contested(subject);
    if (writes > 0) await sleep(firstWait * Math.random(), undefined, { signal: registry.signal });
    const manifests = [...present, ...missing].sort((a, b) => (a.digest < b.digest ? -1 : 1));
    const manifest = manifestOf(mediaType.index, { manifests });
    await putManifest(registry, repository, { manifest, as: fallbackTag(subject), instead: etag });
    writes++;
  }
}

function contested(subject: Digest): McpcatError {
  const message = `referrers of ${subject}: other writers keep replacing the list`;
  return new McpcatError('registry-failed', message, {
    hint: 'try again when nobody else publishes this image',
  });
}

/** What the list holds, and which state of the tag that is. */
async function listNow({
  registry,
  repository,
  subject,
}: Place): Promise<{ readonly present: readonly PlatformDescriptor[]; readonly etag: string | undefined }> {
  const tag = await headTag(registry, repository, fallbackTag(subject));
  if (tag === undefined) return { present: [], etag: undefined };
  const manifest = await getManifest(registry, repository, tag.digest);
  return { present: indexIn(manifest, `referrers of ${subject}`).manifests, etag: tag.etag };
}

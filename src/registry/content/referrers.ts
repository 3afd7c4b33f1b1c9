import { hexOf, type Digest } from '../digest.ts';
import { wholeBody } from '../http/body.ts';
import { withRetries } from '../http/retry-policy.ts';
import { pullScope, type Registry } from '../registry.ts';
import { indexIn, mediaType, type Manifest, type PlatformDescriptor } from './manifest.ts';
import { getManifest, headManifest } from './manifests.ts';

/** The tag under which registries without the referrers API keep the list (distribution specification 1.1). */
export function fallbackTag(subject: Digest): string {
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

import { McpcatError } from '../../lib/errors.ts';
import { hexOf, type Digest } from '../digest.ts';
import { wholeBody } from '../http/body.ts';
import { withRetries } from '../http/retry-policy.ts';
import { pullScope, type Registry } from '../registry.ts';
import { nextIn } from '../http/next-page.ts';
import { indexIn, mediaType, type PlatformDescriptor } from './manifest.ts';
import { getManifest, headManifest } from './manifests.ts';

/** The tag under which registries without the referrers API keep the list (distribution specification 1.1). */
export function fallbackTag(subject: Digest): string {
  return `sha256-${hexOf(subject)}`;
}

/** Pages of a list that is read by the API: a registry may cut it as short as it likes, but not for ever. */
const maxPages = 32;

/** What refers to a manifest: signatures, SBOMs, proofs. By the API, else by the fallback tag; empty if nothing does. */
export async function listReferrers(
  registry: Registry,
  repository: string,
  subject: Digest,
): Promise<readonly PlatformDescriptor[]> {
  const found: PlatformDescriptor[] = [];
  let next: URL | undefined = registry.onward(`/v2/${repository}/referrers/${subject}`);
  for (let number = 0; next !== undefined; number++) {
    if (number === maxPages)
      throw new McpcatError('registry-failed', `referrers of ${subject}: the list does not end`);
    const page: Page | undefined = await referrersPage(registry, { repository, subject, to: next });
    if (page === undefined) return (await fallbackIndex(registry, repository, subject)) ?? [];
    found.push(...page.manifests);
    next = page.next;
  }
  return found;
}

interface Page {
  readonly manifests: readonly PlatformDescriptor[];
  /** Where the list goes on (distribution specification 1.1, "Listing Referrers"). */
  readonly next: URL | undefined;
}

/** Undefined if the registry does not know the call. */
async function referrersPage(
  registry: Registry,
  { repository, subject, to }: { repository: string; subject: Digest; to: URL },
): Promise<Page | undefined> {
  const about = `referrers of ${repository}@${subject}`;
  const { retryPolicy, signal } = registry;
  return withRetries(retryPolicy, signal, async () => {
    const response = await registry.sendOnce({
      method: 'GET',
      to,
      scopes: [pullScope(repository)],
      subject: about,
      headers: { accept: mediaType.index },
      expect: [200, 400, 404, 405],
    });
    const bytes = await wholeBody(response, about, { retryPolicy, max: 4 << 20 });
    const known =
      response.status === 200 && response.headers.get('content-type')?.startsWith(mediaType.index);
    if (known !== true) return undefined;
    const link = nextIn(response.headers);
    return {
      manifests: indexIn({ bytes, mediaType: mediaType.index }, about).manifests,
      next: link === undefined ? undefined : registry.onward(link, to),
    };
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

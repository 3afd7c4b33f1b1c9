import { McpcatError } from '../../lib/errors.ts';
import { digestOf, isDigest, type Digest } from '../digest.ts';
import { wholeBody } from '../http/body.ts';
import { withRetries } from '../http/retry-policy.ts';
import { pullScope, pushScope, type Registry, type RegistryRequest } from '../registry.ts';
import { mediaType, type Manifest } from './manifest.ts';

/** Registries refuse larger ones too (distribution specification, "Pushing Manifests"). */
const largestManifest = 4 << 20;
const accept = [mediaType.manifest, mediaType.index, mediaType.dockerManifest, mediaType.dockerList].join(
  ', ',
);

function manifestRequest(repository: string, name: string): Omit<RegistryRequest, 'method' | 'expect'> {
  return {
    to: `/v2/${repository}/manifests/${name}`,
    scopes: [pullScope(repository)],
    subject: `manifest ${repository}${name.includes(':') ? '@' : ':'}${name}`,
    headers: { accept },
  };
}

/** The digest behind a tag or digest, by one HEAD; undefined if there is none. */
export async function headManifest(
  registry: Registry,
  repository: string,
  name: string,
): Promise<Digest | undefined> {
  return (await headTag(registry, repository, name))?.digest;
}

/** The same, with what the registry calls this state of the tag, if it does (RFC 9110, ETag). */
export async function headTag(
  registry: Registry,
  repository: string,
  name: string,
): Promise<{ readonly digest: Digest; readonly etag: string | undefined } | undefined> {
  const request = manifestRequest(repository, name);
  const response = await registry.send({ ...request, method: 'HEAD', expect: [200, 404] });
  await response.body?.cancel();
  if (response.status === 404) return undefined;
  const digest = response.headers.get('docker-content-digest');
  const etag = response.headers.get('etag') ?? undefined;
  // Absent or unreadable: the content itself tells.
  if (digest !== null && isDigest(digest)) return { digest, etag };
  return { digest: (await getManifest(registry, repository, name)).digest, etag };
}

/**
 * A manifest by tag or digest. What comes must hash to the digest asked for, and to the one that the registry states:
 * else `integrity-mismatch`. Rejects with `image-missing` if there is none.
 */
export async function getManifest(registry: Registry, repository: string, name: string): Promise<Manifest> {
  const request = manifestRequest(repository, name);
  const { response, bytes } = await withRetries(registry.retryPolicy, registry.signal, async () => {
    const answer = await registry.sendOnce({ ...request, method: 'GET', expect: [200] });
    const limits = { retryPolicy: registry.retryPolicy, max: largestManifest };
    return { response: answer, bytes: await wholeBody(answer, request.subject, limits) };
  });
  const digest = digestOf(bytes);
  const stated = response.headers.get('docker-content-digest');
  for (const expected of [name.includes(':') ? name : digest, stated ?? digest]) {
    if (digest !== expected) throw mismatch(request.subject, expected, digest);
  }
  const type = response.headers.get('content-type')?.split(';')[0]?.trim() ?? mediaType.manifest;
  return { digest, mediaType: type, bytes };
}

/**
 * Puts a manifest under its digest or a tag. All that it names must be there already. With `instead`, an ETag, only if
 * that is still what the tag names; a registry that knows conditions answers 412 otherwise, most don't know them.
 */
export async function putManifest(
  registry: Registry,
  repository: string,
  {
    manifest,
    as,
    instead,
  }: { readonly manifest: Manifest; readonly as: string; readonly instead?: string | undefined },
): Promise<Response> {
  const request = manifestRequest(repository, as);
  const response = await registry.send({
    ...request,
    method: 'PUT',
    scopes: [pushScope(repository)],
    headers: {
      'content-type': manifest.mediaType,
      ...(instead === undefined ? {} : { 'if-match': instead }),
    },
    body: manifest.bytes,
    expect: instead === undefined ? [200, 201, 202] : [200, 201, 202, 412],
  });
  await response.body?.cancel();
  if (response.status === 412) return response;
  const stored = response.headers.get('docker-content-digest') ?? manifest.digest;
  if (stored !== manifest.digest) throw mismatch(request.subject, manifest.digest, stored);
  return response;
}

/** Content is not what its digest says. */
export function mismatch(subject: string, expected: string, found: string): McpcatError {
  return new McpcatError('integrity-mismatch', `${subject}: expected ${expected}, found ${found}`, {
    hint: 'refused, nothing was kept; the registry or something on the way to it changed the content',
  });
}

import { McpcatError } from '../../lib/errors.ts';
import { Passing, withRetries } from '../http/retry-policy.ts';
import { pullScope, pushScope, type Registry } from '../registry.ts';
import type { LocalBlob } from './blob.ts';
import type { Descriptor } from './manifest.ts';

/** Pieces of a chunked upload; registries put their lower limit at 5 MiB or less. */
const chunkBytes = 8 << 20;
/** Some registries (docker-registry 2.8) give up an upload in which a chunk broke off: how often we begin anew. */
const maxSessions = 4;

export async function hasBlob(registry: Registry, repository: string, blob: Descriptor): Promise<boolean> {
  const response = await registry.send({
    method: 'HEAD',
    to: `/v2/${repository}/blobs/${blob.digest}`,
    scopes: [pullScope(repository)],
    subject: subjectOf(repository, blob),
    expect: [200, 404],
  });
  await response.body?.cancel();
  return response.status === 200;
}

/**
 * Brings a blob into a repository: nothing to do if it is there, mounted from `from` if the registry can, else sent in
 * one piece; and if that breaks off, or the registry finds it too large (413), in chunks that resume where the registry
 * stopped. The registry checks the digest.
 */
export async function writeBlob(
  registry: Registry,
  repository: string,
  { blob, from }: { readonly blob: LocalBlob; readonly from?: string | undefined },
): Promise<'present' | 'mounted' | 'sent' | 'sent-in-chunks'> {
  if (await hasBlob(registry, repository, blob)) return 'present';
  const start = await startUpload(registry, repository, { blob, from });
  if (start === 'mounted') return 'mounted';
  if (await sendWhole(registry, { repository, blob, location: start })) return 'sent';
  for (let attempt = 0; attempt < maxSessions; attempt++) {
    const again = await startUpload(registry, repository, { blob });
    if (again === 'mounted') return 'mounted';
    if (await sendInChunks(registry, { repository, blob, location: again })) return 'sent-in-chunks';
  }
  const message = `${subjectOf(repository, blob)}: ${registry.host} keeps giving up the upload`;
  throw new McpcatError('upstream-unavailable', message, { hint: 'try again later' });
}

function subjectOf(repository: string, blob: Descriptor): string {
  return `push of ${blob.digest} to ${repository}`;
}

async function startUpload(
  registry: Registry,
  repository: string,
  { blob, from }: { readonly blob: LocalBlob; readonly from?: string | undefined },
): Promise<URL | 'mounted'> {
  const query = from === undefined ? '' : `?mount=${blob.digest}&from=${from}`;
  const response = await registry.send({
    method: 'POST',
    to: `/v2/${repository}/blobs/uploads/${query}`,
    scopes: [pushScope(repository), ...(from === undefined ? [] : [pullScope(from)])],
    subject: subjectOf(repository, blob),
    expect: from === undefined ? [202] : [201, 202],
  });
  await response.body?.cancel();
  return response.status === 201 ? 'mounted' : locationOf(registry, response, subjectOf(repository, blob));
}

function locationOf(registry: Registry, response: Response, subject: string): URL {
  const location = response.headers.get('location');
  if (location !== null) return registry.onward(location, new URL(response.url));
  throw new McpcatError('registry-failed', `${subject}: expected the location of the upload, found none`);
}

interface Upload {
  readonly repository: string;
  readonly blob: LocalBlob;
  readonly location: URL;
}

function withDigest(location: URL, { digest }: Descriptor): URL {
  const url = new URL(location);
  url.searchParams.set('digest', digest);
  return url;
}

/** True if it arrived; false if another way should be tried. */
async function sendWhole(registry: Registry, { repository, blob, location }: Upload): Promise<boolean> {
  try {
    const response = await registry.sendOnce({
      method: 'PUT',
      to: withDigest(location, blob),
      scopes: [pushScope(repository)],
      subject: subjectOf(repository, blob),
      headers: { 'content-type': 'application/octet-stream' },
      body: await blob.open(),
      expect: [201, 204, 413],
    });
    await response.body?.cancel();
    return response.status !== 413;
  } catch (error) {
    if (error instanceof Passing && registry.signal?.aborted !== true) return false;
    throw error;
  }
}

/** True if it arrived; false if the registry gave up the upload. */
async function sendInChunks(registry: Registry, upload: Upload): Promise<boolean> {
  const { repository, blob } = upload;
  const content = await blob.open();
  let state: Progress | undefined = { location: upload.location, offset: 0 };
  while (state.offset < blob.size) {
    const last: Progress = state;
    state = await withRetries(registry.retryPolicy, registry.signal, async (attempt) => {
      const from =
        attempt === 1 ? last : await uploadStatus(registry, { ...upload, location: last.location });
      if (from === undefined || from.offset >= blob.size) return from;
      return sendChunk(registry, { ...upload, ...from, content });
    });
    if (state === undefined) return false;
  }
  const response = await registry.send({
    method: 'PUT',
    to: withDigest(state.location, blob),
    scopes: [pushScope(repository)],
    subject: subjectOf(repository, blob),
    expect: [201, 204],
  });
  await response.body?.cancel();
  return true;
}

interface Progress {
  readonly location: URL;
  readonly offset: number;
}

async function sendChunk(
  registry: Registry,
  { repository, blob, location, offset, content }: Upload & Progress & { readonly content: Blob },
): Promise<Progress> {
  const end = Math.min(offset + chunkBytes, blob.size);
  const subject = subjectOf(repository, blob);
  const response = await registry.sendOnce({
    method: 'PATCH',
    to: location,
    scopes: [pushScope(repository)],
    subject,
    headers: {
      'content-type': 'application/octet-stream',
      'content-range': `${String(offset)}-${String(end - 1)}`,
    },
    body: content.slice(offset, end),
    expect: [202, 204],
  });
  await response.body?.cancel();
  return { location: locationOf(registry, response, subject), offset: endOfRange(response) ?? end };
}

/** How far the registry got (distribution specification, "Pushing a blob in chunks"); undefined if it gave up. */
async function uploadStatus(
  registry: Registry,
  { repository, blob, location }: Upload,
): Promise<Progress | undefined> {
  const subject = subjectOf(repository, blob);
  const scopes = [pushScope(repository)];
  const expect = [204, 202, 400, 404, 416];
  const response = await registry.sendOnce({ method: 'GET', to: location, scopes, subject, expect });
  await response.body?.cancel();
  if (response.status >= 400) return undefined;
  return { location: locationOf(registry, response, subject), offset: endOfRange(response) ?? 0 };
}

/** `Range: 0-41` → 42. Registries say `0-0` for nothing at all as well as for one byte. */
function endOfRange(response: Response): number | undefined {
  const last = /^(?:bytes=)?0-(\d+)$/.exec(response.headers.get('range') ?? '')?.[1];
  if (last === undefined) return undefined;
  return last === '0' ? 0 : Number(last) + 1;
}

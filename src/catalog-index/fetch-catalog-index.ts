import { catalogBundleFile } from '../attest/catalog-bundle-file.ts';
import { McpcatError, messageOf } from '../lib/errors.ts';
import { isLoopback } from '../lib/loopback.ts';

/** More than any catalog needs: ten thousand servers. */
export const maxBytes = 32 * 1024 ** 2;

export interface Conditions {
  readonly etag?: string | undefined;
  readonly lastModified?: string | undefined;
}

/** `same`: the condition held, so what the caller has is the newest. */
export type Answer =
  { readonly kind: 'same' } | ({ readonly kind: 'text'; readonly text: string } & Conditions);

interface FetchOptions {
  readonly deadlineMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * One conditional GET (RFC 9110, section 13) with a deadline for the whole of it. Rejects with `upstream-unavailable`
 * for whatever is no answer: no route, another status, too slow, too large, over an unsafe redirect.
 */
export async function fetchCatalogIndex(
  url: string,
  { conditions, ...options }: FetchOptions & { readonly conditions: Conditions },
): Promise<Answer> {
  return answered(url, options, async (signal) => {
    const response = await follow(url, { headers: headersOf(conditions), signal });
    if (response.status === 304) return { kind: 'same' };
    await requireOk(response);
    const text = await textOf(response, maxBytes);
    const etag = response.headers.get('etag') ?? undefined;
    const lastModified = response.headers.get('last-modified') ?? undefined;
    return { kind: 'text', text, etag, lastModified };
  });
}

const maxSignatureBytes = 1 << 20;

/** The signature beside a catalog.json; undefined if there is none. Rejects as `fetchCatalogIndex` does. */
export async function fetchSignature(url: string, options: FetchOptions): Promise<string | undefined> {
  const place = new URL(url);
  place.pathname = catalogBundleFile(place.pathname);
  return answered(place.href, options, async (signal) => {
    const response = await follow(place.href, { headers: headersOf({}), signal });
    if (response.status === 404 || response.status === 410) {
      await response.body?.cancel();
      return undefined;
    }
    await requireOk(response);
    return textOf(response, maxSignatureBytes);
  });
}

async function requireOk(response: Response): Promise<void> {
  if (response.ok) return;
  await response.body?.cancel();
  throw new Error(`it answers ${String(response.status)}`);
}

async function answered<T>(
  url: string,
  { deadlineMs, signal }: FetchOptions,
  ask: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = AbortSignal.timeout(deadlineMs);
  try {
    return await ask(signal === undefined ? late : AbortSignal.any([late, signal]));
  } catch (error) {
    if (signal?.aborted === true) throw new McpcatError('cancelled', 'cancelled', { cause: error });
    const reason = late.aborted ? `no answer within ${String(deadlineMs / 1000)} s` : reasonOf(error);
    throw new McpcatError('upstream-unavailable', `the catalog ${url}: ${reason}`, {
      hint: 'check the address, the network and proxy settings',
      cause: error,
    });
  }
}

/** An ETag is the better condition: a date knows only seconds. */
function headersOf({ etag, lastModified }: Conditions): Record<string, string> {
  const common = { accept: 'application/json', 'user-agent': 'mcpcat' };
  if (etag !== undefined) return { ...common, 'if-none-match': etag };
  return lastModified === undefined ? common : { ...common, 'if-modified-since': lastModified };
}

const maxRedirects = 5;

/** GET by steps: a redirect may not lead from a safe place to one where anybody can answer, so each is looked at first. */
async function follow(
  url: string,
  request: { readonly headers: Record<string, string>; readonly signal: AbortSignal },
): Promise<Response> {
  for (let at = new URL(url), step = 0; step <= maxRedirects; step++) {
    const response = await fetch(at, { ...request, redirect: 'manual' });
    const location = response.headers.get('location');
    if (response.status === 304 || response.status < 300 || response.status > 399 || location === null)
      return response;
    await response.body?.cancel();
    at = new URL(location, at);
    const safe = at.protocol === 'https:' || (at.protocol === 'http:' && isLoopback(at.hostname));
    if (!safe) throw new Error(`it redirects to ${at.protocol}//${at.host}, where anybody could answer`);
  }
  throw new Error(`it redirects more than ${String(maxRedirects)} times`);
}

async function textOf(response: Response, max: number): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  const body: AsyncIterable<Uint8Array> | [] = response.body ?? [];
  for await (const part of body) {
    size += part.length;
    if (size > max) throw new Error(`expected up to ${String(max / 1024 ** 2)} MB, found more`);
    parts.push(part);
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts));
}

/** fetch hides the reason ("fetch failed") in its cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return messageOf(cause ?? error);
}

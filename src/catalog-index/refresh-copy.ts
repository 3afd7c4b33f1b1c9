import type { CatalogSource } from '../catalog/catalog-source.ts';
import { McpcatError, messageOf } from '../lib/errors.ts';
import type { CatalogTrust } from './catalog-trust.ts';
import { ageText } from './copy-files.ts';
import { fetchCatalogIndex, fetchSignature } from './fetch-catalog-index.ts';
import type { OpenedServer } from './kept-server.ts';
import type { CatalogIndex } from './catalog-index.ts';
import { keepCopy, noteAnswer, readCopy, type Copy } from './offline-copy.ts';

export interface RefreshRequest {
  readonly url: string;
  /** mcpcat's cache folder. */
  readonly cache: string;
  /** A launch does not wait long for news, where there is a copy. */
  readonly mode: 'launch' | 'patient';
  /** One line for people, without its end. */
  readonly say: (line: string) => void;
  readonly trust: CatalogTrust;
  readonly signal?: AbortSignal | undefined;
  readonly timeouts?: RefreshTimeouts;
}

/**
 * `copy`: there is nothing newer than the copy, or nothing that is any good; it has not expired, and whoever reads its
 * text holds it against its signature once more.
 */
export type Refreshed =
  | { readonly kind: 'copy'; readonly copy: Copy }
  | { readonly kind: 'new'; readonly catalogIndex: CatalogIndex };

/** Milliseconds for the whole answer. */
export interface RefreshTimeouts {
  readonly launchMs: number;
  readonly patientMs: number;
  readonly withoutCopyMs: number;
}

const defaultTimeouts: RefreshTimeouts = { launchMs: 1500, patientMs: 10_000, withoutCopyMs: 30_000 };

/**
 * Asks an address for the newest; if that can't be had or is no good, the copy of what it had serves, which is said.
 * Nothing but a checked answer takes the copy's place. The schema is only loaded for an answer that has a text: mostly
 * an address says that nothing has changed. Throws `entry-invalid` or `upstream-unavailable`.
 */
export async function refreshCopy(request: RefreshRequest): Promise<Refreshed> {
  const { url, cache, say, signal } = request;
  const copy = await readCopy(cache, url);
  try {
    return await newest(request, copy);
  } catch (error) {
    if (copy === undefined || signal?.aborted === true || !(await isWhole(copy))) throw error;
    const pinsState = request.trust.pinsState?.();
    await requireUsable(copy, request);
    await noteAnswer(cache, copy, { failedAt: Date.now(), pinsState });
    say(`${messageOf(error)}; this is the copy of ${ageText(Date.now() - copy.checkedAt)} ago`);
    return { kind: 'copy', copy };
  }
}

async function newest(request: RefreshRequest, copy: Copy | undefined): Promise<Refreshed> {
  const { url, cache, mode, signal, timeouts = defaultTimeouts } = request;
  const patience = mode === 'launch' ? timeouts.launchMs : timeouts.patientMs;
  const deadlineMs = copy === undefined ? timeouts.withoutCopyMs : patience;
  // What nobody has looked at is no reason not to send it again.
  const conditions = copy === undefined || !isLookedAt(copy, request) ? {} : copy;
  // Before they are read: what is changed in between is not taken for what was looked at.
  const pinsState = request.trust.pinsState?.();
  const answer = await fetchCatalogIndex(url, { conditions, deadlineMs, signal });
  const checkedAt = Date.now();
  if (answer.kind === 'same') {
    if (copy === undefined)
      throw new McpcatError('upstream-unavailable', `the catalog ${url}: it answers 304 to who has nothing`);
    const current = await signedAnew(copy, request, deadlineMs);
    await requireUsable(current, request);
    await noteAnswer(cache, current, { checkedAt, pinsState });
    return { kind: 'copy', copy: current };
  }
  const { text, etag, lastModified } = answer;
  const { parseCatalogIndex } = await import('./parse-catalog-index.ts');
  const catalogIndex = parseCatalogIndex(text, url);
  const { trust } = request;
  const signature =
    trust.unsigned === 'accepted' ? undefined : await fetchSignature(url, { deadlineMs, signal });
  const { checkedCatalog } = await import('./catalog-signature.ts');
  const unchecked = { url, text, signing: catalogIndex.signing, signature };
  const signed = await checkedCatalog(unchecked, { ...request, network: 'allowed' });
  await keepCopy(cache, { url, text, checkedAt, pinsState, etag, lastModified, signature, signed });
  return { kind: 'new', catalogIndex };
}

/** Milliseconds before the end of a signature in which a newer one is looked for. */
const soonMs = 3 * 24 * 3_600_000;

/** The same catalog may have been signed anew. What can't be had, or does not hold, leaves the copy as it is. */
async function signedAnew(copy: Copy, request: RefreshRequest, deadlineMs: number): Promise<Copy> {
  const { url, cache, signal, trust } = request;
  const { signed, text } = copy;
  if (signed === null || trust.unsigned === 'accepted' || signed.expiresMs > Date.now() + soonMs) return copy;
  try {
    const signature = await fetchSignature(url, { deadlineMs, signal });
    if (signature === undefined || signature === copy.signature) return copy;
    const [{ parseCatalogIndex }, { checkedCatalog }] = await Promise.all([
      import('./parse-catalog-index.ts'),
      import('./catalog-signature.ts'),
    ]);
    const { signing } = parseCatalogIndex(text, url);
    const now = await checkedCatalog({ url, text, signing, signature }, { ...request, network: 'allowed' });
    const renewed = { ...copy, signature, signed: now };
    await keepCopy(cache, renewed);
    return renewed;
  } catch (error) {
    if (signal?.aborted === true) throw error;
    request.say(messageOf(error));
    return copy;
  }
}

function isLookedAt({ signed }: Copy, { trust }: RefreshRequest): boolean {
  return signed !== null || trust.unsigned === 'accepted';
}

/** By what was found of it when it came. Throws `catalog-expired`, or `signature-refused` for one that nobody has signed. */
async function requireUsable({ url, text, signed, signature }: Copy, request: RefreshRequest): Promise<void> {
  const { trust, say } = request;
  const isPinned = ((await trust.pins?.(url)) ?? []).length > 0;
  if (trust.unsigned === 'accepted' && !isPinned) return;
  const { checkedCatalog, requireCurrent } = await import('./catalog-signature.ts');
  if (signed !== null && !isPinned) return requireCurrent(url, signed, say);
  if (isPinned) {
    const { parseCatalogIndex } = await import('./parse-catalog-index.ts');
    const { signing } = parseCatalogIndex(text, url);
    await checkedCatalog({ url, text, signing, signature }, { ...request, network: 'none' });
    return;
  }
  const nobody = { url, text: '', signing: undefined, signature };
  await checkedCatalog(nobody, { ...request, network: 'none' });
}

/** A copy that an older or newer mcpcat has kept may not be of the form that this one checks. */
async function isWhole({ text, url }: Copy): Promise<boolean> {
  const { parseCatalogIndex } = await import('./parse-catalog-index.ts');
  try {
    parseCatalogIndex(text, url);
    return true;
  } catch {
    return false;
  }
}

type ServerRequest = Omit<RefreshRequest, 'url' | 'mode'> & {
  readonly name: string;
  readonly source: Exclude<CatalogSource, { kind: 'folder' }>;
};

/**
 * A server of an address whose copy is old, for a launch: mostly the copy turns out to be the newest, and what was kept
 * of it is as good as it was. Throws `entry-unknown` too.
 */
export async function refreshedServer(
  request: ServerRequest,
  { url, kept }: { readonly url: string; readonly kept: OpenedServer },
): Promise<OpenedServer> {
  const news = await refreshCopy({ ...request, url, mode: 'launch' });
  if (news.kind === 'copy') return kept;
  const { serverOf } = await import('./server-of.ts');
  return serverOf(news.catalogIndex, request);
}

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import type { Signing } from '../attest/signer-policy.ts';
import { ownText } from '../catalog-index/copy-files.ts';
import type { Env } from '../host/host.ts';
import { McpcatError } from '../lib/errors.ts';
import { makeFolder } from '../lib/make-folder.ts';
import { keepNow } from '../lib/write-now.ts';
import { ownTrustedRoot } from './verdict.ts';
import shipped from './trusted-root.json' with { type: 'json' };

export interface RootRequest {
  readonly env: Env;
  /** mcpcat's cache folder. */
  readonly cache: string;
  /** Whether Sigstore may be asked for a newer one. */
  readonly network: 'allowed' | 'none';
  /** Another repository than the public one, and the file of the root that it begins with. */
  readonly repository?: { readonly url: string; readonly rootFile: string };
}

/** Milliseconds that a root counts as new, and that nobody is asked after it could not be had. */
const freshMs = 7 * 24 * 3_600_000;
const quietMs = 24 * 3_600_000;
const timeoutMs = 3000;

/**
 * Whom certificates and logs are believed, as `trusted_root.json`: that of the user, else the public Sigstore's as it
 * came with mcpcat or, where it can be reached, as it is now (TUF checks that, from the root that came with mcpcat).
 * Throws `io-failed` for one of the user's that can't be read.
 */
export async function trustedRoot(request: RootRequest): Promise<string> {
  const own = ownTrustedRoot(request.env);
  if (own !== undefined) return readOwnRoot(own);
  const kept = readKept(request.cache);
  const now = Date.now();
  const isDue = kept === undefined || now - kept.checkedAt > freshMs || kept.checkedAt > now;
  const isQuiet = kept !== undefined && now - (kept.failedAt ?? 0) < quietMs;
  const newer =
    request.network === 'allowed' && isDue && !isQuiet ? await refreshed(request, kept) : undefined;
  return newer ?? kept?.root ?? JSON.stringify(shipped);
}

/** For what one signer has signed: a key has no certificate, so nobody is asked for a newer root. */
export async function trustedRootFor(signing: Signing, request: RootRequest): Promise<string> {
  return trustedRoot('publicKey' in signing ? { ...request, network: 'none' } : request);
}

interface Kept {
  /** Undefined if none could be had yet. */
  readonly root?: string | undefined;
  readonly checkedAt: number;
  readonly failedAt?: number | undefined;
}

function keptFile(cache: string): string {
  return path.join(cache, 'sigstore', 'trusted-root.json');
}

function readKept(cache: string): Kept | undefined {
  try {
    return JSON.parse(ownText(keptFile(cache))) as Kept;
  } catch {
    return undefined;
  }
}

/** Undefined where it can't be had: what is here serves. */
async function refreshed(
  { cache, repository }: RootRequest,
  kept: Kept | undefined,
): Promise<string | undefined> {
  try {
    const { getTrustedRoot } = await import('@sigstore/tuf');
    const cachePath = path.join(cache, 'sigstore', 'tuf');
    await makeFolder(cachePath, 0o700);
    const where =
      repository === undefined ? {} : { mirrorURL: repository.url, rootPath: repository.rootFile };
    const found = await getTrustedRoot({ cachePath, retry: false, timeout: timeoutMs, ...where });
    const root = JSON.stringify(TrustedRoot.toJSON(found));
    keepNow(keptFile(cache), { root, checkedAt: Date.now() } satisfies Kept);
    return root;
  } catch {
    keepNow(keptFile(cache), { checkedAt: 0, ...kept, failedAt: Date.now() } satisfies Kept);
    return undefined;
  }
}

async function readOwnRoot(file: string): Promise<string> {
  try {
    const text = await readFile(file, 'utf8');
    TrustedRoot.fromJSON(JSON.parse(text));
    return text;
  } catch (error) {
    throw new McpcatError('io-failed', `MCPCAT_TRUSTED_ROOT: can't read a trusted root from ${file}`, {
      hint: 'expected a trusted_root.json',
      cause: error,
    });
  }
}

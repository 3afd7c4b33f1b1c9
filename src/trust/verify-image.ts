import { predicateType } from '../attest/predicates.ts';
import type { Engine, Platform } from '../engine/engine.ts';
import type { Env } from '../host/host.ts';
import { McpcatError } from '../lib/errors.ts';
import type { Manifest } from '../registry/content/manifest.ts';
import { parseDigest, type Digest } from '../registry/digest.ts';
import { mirrored } from '../registry/mirrored.ts';
import { platformManifest } from '../registry/pull.ts';
import { parseReference } from '../registry/reference.ts';
import { Registry } from '../registry/registry.ts';
import { fetchStatements } from './fetch-statements.ts';
import { judged, type Evidence, type HeldStatement } from './judge.ts';
import { keepStatements, readStatements } from './kept-statements.ts';
import { trustedRootFor } from './trusted-root.ts';
import { keyOf, verdictFile, type Verdict, type VerdictSubject } from './verdict.ts';
import { keepNow } from '../lib/write-now.ts';

export interface VerifyRequest extends VerdictSubject {
  readonly platform: Platform;
  /** For credentials, a mirror and another trusted root. */
  readonly env: Env;
  /** `needed`: what decides whether it starts; `all`: whatever is said of it. */
  readonly statements: 'needed' | 'all';
  /** `none`: what was kept of an earlier look is judged anew. */
  readonly network: 'allowed' | 'none';
  readonly signal?: AbortSignal | undefined;
}

export interface VerifiedImage extends Verdict {
  readonly statements: readonly HeldStatement[];
}

export interface BroughtEvidence extends Evidence {
  /** What the digest names, to be kept with what holds; undefined for what was kept before. */
  readonly named?: Manifest;
}

/** Milliseconds for all questions to the registry together: whatever it answers, somebody waits for a start. */
const deadlineMs = 60_000;

/** What must hold, and what is worth knowing besides. */
const needed = [predicateType.signature, predicateType.testResult, predicateType.runProfile];

/**
 * Judges the image that a catalog names by who has signed what about it, and keeps the verdict for the starts to come.
 * Nothing is loaded into an engine. Throws `signature-refused`, and what a registry that can't be asked throws.
 */
export async function verifyImage(request: VerifyRequest): Promise<VerifiedImage> {
  const { entry, signing, cache, env, network } = request;
  const digest = parseDigest(request.image.digest, entry.name);
  const [evidence, root] = await Promise.all([
    network === 'none' ? keptEvidence(request, digest) : fetchedEvidence(request, digest),
    trustedRootFor(signing, { env, cache, network }),
  ]);
  return keepJudged(request, evidence, root);
}

/** The same of what is here already: verdict and statements are kept, only where it holds. */
export async function keepJudged(
  subject: VerdictSubject,
  { named, ...evidence }: BroughtEvidence,
  root: string,
): Promise<VerifiedImage> {
  const { entry, signing, surface, cache } = subject;
  const statements = judged(evidence, { entry, signing, surface, trustedRoot: root });
  const { digest, manifest } = evidence;
  const verdict: Verdict = { digest, manifest, verified: new Date().toISOString() };
  keepNow(verdictFile(subject), { key: keyOf(subject), verdict }); // What can't be kept is found out again.
  const bundles = statements.map(({ bundle }) => bundle);
  if (named !== undefined) await keepStatements(cache, named, bundles);
  return { ...verdict, statements };
}

/** The same for a start, which waits for no more than it needs. Throws what `verifyImage` throws. */
export async function verifyForStart(
  subject: VerdictSubject,
  { engine, env, signal }: StartRequest,
): Promise<void> {
  const { platform } = await engine.info();
  await verifyImage({ ...subject, platform, env, signal, statements: 'needed', network: 'allowed' });
}

export interface StartRequest extends Pick<VerifyRequest, 'env' | 'signal'> {
  readonly engine: Pick<Engine, 'info'>;
}

async function keptEvidence(
  { cache, platform, entry }: VerifyRequest,
  digest: Digest,
): Promise<BroughtEvidence> {
  const kept = await readStatements(cache, { digest, platform });
  if (kept === undefined)
    throw new McpcatError('signature-refused', `${entry.name}: no statements about ${digest} are kept here`, {
      hint: 'they are kept when it is verified with a network, and come with a bundle',
    });
  return { digest, ...kept, unread: [] };
}

async function fetchedEvidence(request: VerifyRequest, digest: Digest): Promise<BroughtEvidence> {
  const { entry, image, env, platform, signal, statements } = request;
  if (image.repository === undefined)
    throw new McpcatError(
      'signature-refused',
      `${entry.name}: the catalog knows no registry that has its image`,
    );
  const from = parseReference(mirrored(image.repository, env));
  const late = AbortSignal.timeout(deadlineMs);
  const ended = signal === undefined ? late : AbortSignal.any([late, signal]);
  const registry = new Registry(from.host, { env, signal: ended });
  try {
    const { repository } = from;
    const found = await platformManifest(registry, { repository, digest, platform });
    const { named } = found;
    const manifest = found.manifest.digest;
    const types = statements === 'needed' ? { types: needed } : {};
    const fetched = await fetchStatements(registry, { repository, subjects: [digest, manifest], ...types });
    return { digest, manifest, named, ...fetched };
  } catch (error) {
    if (!late.aborted || signal?.aborted === true) throw error;
    const message = `${entry.name}: ${from.host} has not said who signed its image within ${String(deadlineMs / 1000)} s`;
    throw new McpcatError('timeout', message, { hint: 'nothing was started', cause: error });
  }
}

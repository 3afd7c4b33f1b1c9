import path from 'node:path';
import type { Entry } from '../catalog/entry.ts';
import type { RecordedImage } from '../catalog/quick-image.ts';
import type { Signing } from '../attest/signer-policy.ts';
import { ownText } from '../catalog-index/copy-files.ts';
import type { Env } from '../host/host.ts';
import { digest } from '../lib/digest.ts';

/** Raised with every change of what must hold: older verdicts say nothing about it. */
const verdictVersion = 2;

/** What was found to hold of an image before it was started. */
export interface Verdict {
  /** What the catalog names, `sha256:…`. */
  readonly digest: string;
  /** What runs: of an index the manifest for the platform. */
  readonly manifest: string;
  /** When it was found, ISO 8601. */
  readonly verified: string;
}

/** What a verdict depends on. Any other image, signer, permission, surface, engine or trusted root needs one of its own. */
export interface VerdictSubject {
  readonly entry: Entry;
  readonly image: RecordedImage;
  readonly signing: Signing;
  /** SHA-256, in hex, of the surface that is used of it; undefined for none. */
  readonly surface: string | undefined;
  /** Of the engine: its platform decides what of an index runs. */
  readonly endpoint: string;
  /** A trusted root of the user's own; undefined: ours. */
  readonly trustedRoot: string | undefined;
  /** mcpcat's cache folder. */
  readonly cache: string;
}

/** A trusted root of the user's own (a private Sigstore), by its file. */
export function ownTrustedRoot(env: Env): string | undefined {
  return env['MCPCAT_TRUSTED_ROOT'] || undefined;
}

/**
 * The verdict of an earlier start, pull or look; undefined if there is none for exactly this. On the launch path: it
 * loads nothing and compares texts.
 */
export function readVerdict(subject: VerdictSubject): Verdict | undefined {
  try {
    // Written by us, by rename: whole.
    const kept = JSON.parse(ownText(verdictFile(subject))) as {
      readonly key: unknown;
      readonly verdict: Verdict;
    };
    return kept.key === keyOf(subject) ? kept.verdict : undefined;
  } catch {
    return undefined;
  }
}

/** Whose content is `{ key, verdict }`. */
export function verdictFile(subject: VerdictSubject): string {
  return path.join(subject.cache, 'verdicts', `${subject.entry.name}-${digest(keyOf(subject))}.json`);
}

/** Compared as a whole: the name of a file is no proof. */
export function keyOf({ entry, image, signing, surface, endpoint, trustedRoot }: VerdictSubject): string {
  const { name, permissions, limits, shm, env } = entry;
  const settings = Object.entries(env).map(([setting, { secret }]) => [setting, secret]);
  const permitted = { name, permissions, limits, shm, settings };
  return JSON.stringify([
    verdictVersion,
    image.digest,
    signing,
    endpoint,
    trustedRoot ?? '',
    permitted,
    surface ?? '',
  ]);
}

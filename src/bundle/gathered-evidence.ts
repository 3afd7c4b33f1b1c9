import { maxBundleBytes } from '../attest/verify-statement.ts';
import type { Platform } from '../engine/engine.ts';
import { chosenManifest } from '../registry/pull.ts';
import { maxStatementBytes } from '../trust/statement-bounds.ts';
import type { BroughtEvidence } from '../trust/verify-image.ts';
import type { GatheredImage } from './gather-image.ts';

/** What is said of a gathered image, to be judged for each platform: the registry was asked for it once. */
export async function gatheredEvidence(
  { index, statements }: GatheredImage,
  subject: string,
): Promise<(platform: Platform) => BroughtEvidence> {
  const bundles: string[] = [];
  const unread: string[] = [];
  let left = maxStatementBytes;
  for (const { digest, size, read } of statements) {
    if (size > Math.min(maxBundleBytes, left)) {
      unread.push(`${subject}: the statement ${digest} is too large: ${String(size)} bytes`);
      continue;
    }
    left -= size;
    const pieces: Uint8Array[] = [];
    for await (const piece of read()) pieces.push(piece);
    bundles.push(Buffer.concat(pieces).toString('utf8'));
  }
  return (platform) => {
    const manifest = chosenManifest(index, { platform, subject });
    return { digest: index.digest, manifest, named: index, bundles, unread };
  };
}

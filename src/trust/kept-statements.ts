import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { thisHost } from '../host/this-host.ts';
import { writeWhole } from '../lib/folders.ts';
import type { Manifest } from '../registry/content/manifest.ts';
import { chosenManifest } from '../registry/pull.ts';
import { digestOf, type Digest } from '../registry/digest.ts';
import type { Platform } from '../engine/engine.ts';

/**
 * The statements that held of an image, with the index that leads to what runs: for `--offline`, and for bundles. They
 * are judged anew each time, so nothing of the file is believed.
 */
const Kept = z.strictObject({
  keptVersion: z.literal(1),
  named: z.strictObject({ mediaType: z.string(), base64: z.string() }),
  statements: z.array(z.string()).max(256),
});
type Kept = z.infer<typeof Kept>;

const maxBytes = 96 << 20;

/** Where the statements about what a digest names are kept. */
export function statementsFile(cache: string, digest: string): string {
  return path.join(cache, 'statements', `${digest.replace(':', '-')}.json`);
}

export interface KeptStatements {
  readonly manifest: Digest;
  readonly bundles: readonly string[];
}

/** Undefined for what is not kept, damaged, another user's or about something else. */
export async function readStatements(
  cache: string,
  { digest, platform }: { readonly digest: Digest; readonly platform: Platform },
): Promise<KeptStatements | undefined> {
  const kept = await readKept(statementsFile(cache, digest));
  if (kept === undefined) return undefined;
  const bytes = Buffer.from(kept.named.base64, 'base64');
  if (digestOf(bytes) !== digest) return undefined;
  const named = { digest, mediaType: kept.named.mediaType, bytes };
  return {
    manifest: chosenManifest(named, { platform, subject: `image ${digest}` }),
    bundles: kept.statements,
  };
}

/** What can't be kept is fetched again. */
export async function keepStatements(
  cache: string,
  named: Manifest,
  bundles: readonly string[],
): Promise<void> {
  const file = statementsFile(cache, named.digest);
  const kept: Kept = {
    keptVersion: 1,
    named: { mediaType: named.mediaType, base64: named.bytes.toString('base64') },
    statements: [...bundles],
  };
  await writeWhole(file, JSON.stringify(kept), { mode: 0o600, folderMode: 0o700 }).catch(() => undefined);
}

async function readKept(file: string): Promise<Kept | undefined> {
  try {
    const facts = await stat(file);
    if (facts.size > maxBytes || !thisHost().owns(facts)) return undefined;
    return Kept.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return undefined;
  }
}

import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { Signing } from '../attest/signer-policy.ts';
import { thisHost } from '../host/this-host.ts';
import { digest } from '../lib/digest.ts';
import { codeOf } from '../lib/error-code.ts';
import { McpcatError } from '../lib/errors.ts';
import { writeOwnNow } from '../lib/write-now.ts';

/** What is remembered of a signed catalog: from then on its address answers with this one or a newer one of its signer. */
const SeenCatalog = z.strictObject({
  url: z.string(),
  /** Who must have signed the next one. */
  signing: Signing,
  /** The highest that was seen. */
  number: z.int().positive(),
  /** Of the catalog.json with that number, in hex. */
  sha256: z.string(),
});
export type SeenCatalog = z.infer<typeof SeenCatalog>;

export function seenFile(data: string, url: string): string {
  return path.join(data, 'catalogs', `${digest(url)}.json`);
}

/** Undefined if none was seen. Throws `signature-refused` where it can't be told: what is there may have refused something. */
export function readSeen(data: string, url: string): SeenCatalog | undefined {
  const file = seenFile(data, url);
  try {
    const text = readFileSync(file, 'utf8');
    if (!thisHost().owns(statSync(file))) throw new Error('it belongs to somebody else');
    const seen = SeenCatalog.parse(JSON.parse(text));
    if (seen.url !== url) throw new Error('it is of another address');
    return seen;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new McpcatError(
      'signature-refused',
      `the catalog ${url}: what was seen of it before can't be read from ${file}`,
      { hint: 'look who else may write there; without that file it is taken for new', cause: error },
    );
  }
}

/** Another process may have seen a higher one meanwhile: then that stays. Throws `io-failed`. */
export function recordSeen(data: string, seen: SeenCatalog): void {
  const before = readSeen(data, seen.url);
  if (before !== undefined && before.number >= seen.number) return;
  const file = seenFile(data, seen.url);
  try {
    writeOwnNow(file, JSON.stringify(seen));
  } catch (error) {
    throw new McpcatError('io-failed', `can't write ${file}, which protects from older catalogs`, {
      cause: error,
    });
  }
}

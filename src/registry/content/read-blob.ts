import { McpcatError } from '../../lib/errors.ts';
import { Digester, type Digest } from '../digest.ts';
import { piecesOf } from '../http/body.ts';
import { Passing, withRetries } from '../http/retry-policy.ts';
import { pullScope, type Registry } from '../registry.ts';
import { mismatch } from './manifests.ts';

/** How often one blob may break off before we give up; each time it goes on where it stopped. */
const maxBreaks = 10;

/**
 * A blob in pieces, resumed with Range after a break. Ends only if length and digest are right, else rejects with
 * `integrity-mismatch`: whoever reads must not use the pieces before the end.
 */
export async function* readBlob(
  registry: Registry,
  repository: string,
  { digest, size }: { readonly digest: Digest; readonly size: number },
): AsyncGenerator<Uint8Array> {
  const subject = `blob ${repository}@${digest}`;
  const digester = new Digester();
  for (let breaks = 0; digester.bytes < size || breaks === 0;) {
    try {
      for await (const piece of piecesFrom(registry, { repository, digest, subject, from: digester.bytes })) {
        digester.update(piece);
        if (digester.bytes > size) throw wrongLength(subject, size, 'more');
        yield piece;
      }
      break;
    } catch (error) {
      if (!(error instanceof Passing)) throw error;
      if (++breaks > maxBreaks) throw error.error;
    }
  }
  if (digester.bytes < size) throw wrongLength(subject, size, String(digester.bytes));
  const found = digester.digest();
  if (found !== digest) throw mismatch(subject, digest, found);
}

interface Rest {
  readonly repository: string;
  readonly digest: Digest;
  readonly subject: string;
  readonly from: number;
}

/** What comes from byte `from` on. A registry may ignore Range: then the known bytes are skipped. */
async function* piecesFrom(
  registry: Registry,
  { repository, digest, subject, from }: Rest,
): AsyncGenerator<Uint8Array> {
  const response = await withRetries(registry.retryPolicy, registry.signal, () =>
    registry.sendOnce({
      method: 'GET',
      to: `/v2/${repository}/blobs/${digest}`,
      scopes: [pullScope(repository)],
      subject,
      headers: from === 0 ? {} : { range: `bytes=${String(from)}-` },
      expect: from === 0 ? [200] : [200, 206],
    }),
  );
  let skip = response.status === 206 ? 0 : from;
  if (response.status === 206) await checkStart(response, subject, from);
  for await (const piece of piecesOf(response, subject, registry.retryPolicy)) {
    const rest = piece.subarray(Math.min(skip, piece.length));
    skip -= piece.length - rest.length;
    if (rest.length > 0) yield rest;
  }
}

async function checkStart(response: Response, subject: string, from: number): Promise<void> {
  const range = response.headers.get('content-range') ?? 'nothing';
  if (range.startsWith(`bytes ${String(from)}-`)) return;
  await response.body?.cancel();
  throw new McpcatError(
    'registry-failed',
    `${subject}: expected bytes from ${String(from)} on, found ${range}`,
  );
}

function wrongLength(subject: string, size: number, found: string): McpcatError {
  return mismatch(subject, `${String(size)} bytes`, found);
}

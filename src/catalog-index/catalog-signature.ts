import { CatalogPredicate } from '../attest/catalog-statement.ts';
import { predicateType } from '../attest/predicates.ts';
import { signerPolicy, signerText, type Signing } from '../attest/signer-policy.ts';
import { verifiedStatement, type SignedStatement } from '../attest/verify-statement.ts';
import { McpcatError, messageOf } from '../lib/errors.ts';
import { digestOf, hexOf, type Digest } from '../registry/digest.ts';
import { trustedRootFor } from '../trust/trusted-root.ts';
import { graceMs, type CatalogTrust, type Signed } from './catalog-trust.ts';
import { readSeen, recordSeen, type SeenCatalog } from './seen-catalog.ts';

export interface UncheckedCatalog {
  readonly url: string;
  /** For messages; the address if nothing is said. */
  readonly called?: string;
  readonly text: string;
  /** Who signs it, as it says itself; believed only if nothing else was seen at its address. */
  readonly signing: Signing | undefined;
  /** What lies beside it; undefined if nothing does. */
  readonly signature: string | undefined;
}

export interface Checking {
  readonly trust: CatalogTrust;
  /** mcpcat's cache folder. */
  readonly cache: string;
  /** One line for people, without its end. */
  readonly say: (line: string) => void;
  readonly network: 'allowed' | 'none';
}

/**
 * Whether the catalog of an address may be used: signed by whom its predecessor named (the first one names itself), not
 * older than any that was seen, not expired. What it names is remembered from then on. Null for one that nobody signs
 * where that is taken. Throws `signature-refused`, or `catalog-expired`.
 */
export async function checkedCatalog(catalog: UncheckedCatalog, checking: Checking): Promise<Signed | null> {
  const { trust, say } = checking;
  if (trust.unsigned === 'accepted') return null;
  const { url, called = url, signing, signature } = catalog;
  const seen = readSeen(trust.data, url);
  const signer = seen?.signing ?? signing;
  if (signer === undefined || signing === undefined || signature === undefined) {
    if (seen !== undefined) throw refused(called, 'it was signed before, and is not any more');
    if (signing !== undefined)
      throw refused(called, 'it names who signs it, and its signature is not beside it');
    if (trust.unsigned === 'refused') throw unsignedCatalog(called);
    say(
      `the catalog ${called} is unsigned: anybody on its way may have changed it, and nothing of it starts`,
    );
    return null;
  }
  const digest = digestOf(Buffer.from(catalog.text));
  const signed = await statedOf(called, { digest, signer, signature, ...checking });
  const sha256 = hexOf(digest);
  refuseOlder(called, { seen, sha256, number: signed.number });
  requireCurrent(called, signed, say);
  recordSeen(trust.data, { url, signing, number: signed.number, sha256 });
  return signed;
}

type Stating = Pick<Checking, 'trust' | 'cache' | 'network'> & {
  readonly digest: Digest;
  readonly signer: Signing;
  readonly signature: string;
};

async function statedOf(
  called: string,
  { digest, signer, signature, trust, cache, network }: Stating,
): Promise<Signed> {
  const root = await trustedRootFor(signer, { env: trust.env, cache, network });
  const expected = { digest, predicateType: predicateType.catalog, signer: signerPolicy(signer) };
  let found: SignedStatement;
  try {
    found = verifiedStatement(signature, { expected, trustedRoot: root });
  } catch (error) {
    throw refused(called, `it is not signed by ${signerText(signer)} (${messageOf(error)})`, error);
  }
  const predicate = CatalogPredicate.safeParse(found.statement.predicate);
  if (!predicate.success) throw refused(called, 'what is signed has no number and dates', predicate.error);
  const { number, created, expires } = predicate.data;
  return { number, createdMs: Date.parse(created), expiresMs: Date.parse(expires) };
}

interface Found {
  readonly seen: SeenCatalog | undefined;
  readonly number: number;
  readonly sha256: string;
}

function refuseOlder(url: string, { seen, number, sha256 }: Found): void {
  if (seen === undefined || number > seen.number) return;
  if (number < seen.number)
    throw refused(
      url,
      `expected number ${String(seen.number)} or higher, found ${String(number)}: an older one was put in its place`,
    );
  if (sha256 !== seen.sha256) throw refused(url, `there are two with the number ${String(number)}`);
}

/** Clocks of makers and users differ a little. */
const clockSkewMs = 24 * 3_600_000;

/** Of a copy too, which may have expired since. Throws `catalog-expired`. */
export function requireCurrent(
  url: string,
  { createdMs, expiresMs }: Signed,
  say: (line: string) => void,
): void {
  const now = Date.now();
  const day = (time: number): string => new Date(time).toISOString().slice(0, 10);
  const clock = `this machine's clock says ${day(now)}`;
  if (createdMs - now > clockSkewMs)
    throw new McpcatError(
      'catalog-expired',
      `the catalog ${url} was made on ${day(createdMs)}, and ${clock}`,
      {
        hint: 'set the clock: with a wrong one nobody can tell whether a catalog has expired',
      },
    );
  if (expiresMs > now) return;
  if (now - expiresMs > graceMs)
    throw new McpcatError(
      'catalog-expired',
      `the catalog ${url} expired on ${day(expiresMs)}, and ${clock}`,
      {
        hint: 'its makers have to sign it anew; if they have, something keeps the newer one from you',
      },
    );
  say(
    `the catalog ${url} expired on ${day(expiresMs)} and serves until ${day(expiresMs + graceMs)}: its makers have to sign it anew`,
  );
}

function refused(url: string, reason: string, cause?: unknown): McpcatError {
  return new McpcatError('signature-refused', `the catalog ${url}: ${reason}`, {
    hint: 'nothing of it is used; tell its makers',
    cause,
  });
}

/** Why nothing of it starts. */
export function unsignedCatalog(url: string): McpcatError {
  return new McpcatError(
    'signature-refused',
    `the catalog ${url} is unsigned: nobody vouches for what it permits and which images it names`,
    { hint: 'ask its makers to sign it, or take it as it is', inputs: [{ name: 'unverified' }] },
  );
}

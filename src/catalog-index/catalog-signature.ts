import { CatalogPredicate } from '../attest/catalog-statement.ts';
import { predicateType } from '../attest/predicates.ts';
import { isSameSigner, signerName } from '../attest/signer-name.ts';
import { signerPolicy, signerText, type Signing } from '../attest/signer-policy.ts';
import { verifiedStatement, type SignedStatement } from '../attest/verify-statement.ts';
import { McpcatError, messageOf, type ErrorDetails } from '../lib/errors.ts';
import { digestOf, hexOf, type Digest } from '../registry/digest.ts';
import type { CatalogPin } from '../settings/catalog-pins.ts';
import { trustedRootFor } from '../trust/trusted-root.ts';
import { graceMs, type CatalogTrust, type Signed } from './catalog-trust.ts';
import { readSeen, recordSeen, seenFile, type SeenCatalog } from './seen-catalog.ts';

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
  const { url, called = url, signing, signature } = catalog;
  const pins = (await trust.pins?.(url)) ?? [];
  const [pin] = pins;
  if (trust.unsigned === 'accepted') {
    if (pin === undefined) return null;
    throw refused(called, `${pin.place} says who has to sign it, and doing without does not lift that`);
  }
  const seen = readSeen(trust.data, url);
  const signer = seen?.signing ?? signing;
  if (signer === undefined || signing === undefined || signature === undefined) {
    if (seen !== undefined) throw refused(called, 'it was signed before, and is not any more');
    if (signing !== undefined)
      throw refused(called, 'it names who signs it, and its signature is not beside it');
    if (pin !== undefined) throw refused(called, `it is unsigned, and ${pin.place} says who has to sign it`);
    if (trust.unsigned === 'refused') throw unsignedCatalog(called);
    say(
      `the catalog ${called} is unsigned: anybody on its way may have changed it, and nothing of it starts`,
    );
    return null;
  }
  requirePinned(called, signer, pins);
  const digest = digestOf(Buffer.from(catalog.text));
  const stated = { digest, signer, signature, ...checking };
  const signed = await statedOf(called, { ...stated, before: seen && seenFile(trust.data, url) });
  const sha256 = hexOf(digest);
  refuseBelow(called, signed, pins);
  refuseOlder(called, { seen, sha256, number: signed.number });
  requireCurrent(called, signed, say);
  recordSeen(trust.data, { url, signing, number: signed.number, sha256 });
  if (seen === undefined) say(firstSight(called, signer, pins));
  return signed;
}

/** Nobody can know whether it is the right one, unless somebody has said so: it is said who is believed from now on. */
function firstSight(called: string, signer: Signing, pins: readonly CatalogPin[]): string {
  const [pin] = pins;
  const known = pin === undefined ? 'and nobody had said who should' : `as ${pin.place} says`;
  return `the catalog ${called} is new here: it is signed by ${signerName(signer)}, ${known}; from now on only what this signer, or whom it names, has signed is believed`;
}

function requirePinned(called: string, signer: Signing, pins: readonly CatalogPin[]): void {
  const other = pins.find(({ signers }) => !signers.some((one) => isSameSigner(one, signer)));
  if (other === undefined) return;
  const expected = other.signers.map(signerName).join(' or ');
  throw refused(called, `${other.place} expects it signed by ${expected}, found ${signerName(signer)}`, {
    hint: 'nothing of it is used; ask its makers, by another route than this address, who signs it',
  });
}

function refuseBelow(called: string, { number }: Signed, pins: readonly CatalogPin[]): void {
  const higher = pins.find(({ minNumber }) => minNumber > number);
  if (higher === undefined) return;
  const { minNumber, place } = higher;
  throw refused(called, `${place} expects number ${String(minNumber)} or higher, found ${String(number)}`);
}

type Stating = Pick<Checking, 'trust' | 'cache' | 'network'> & {
  /** The file that says who signed the one before; undefined if none was seen. */
  readonly before: string | undefined;
  readonly digest: Digest;
  readonly signer: Signing;
  readonly signature: string;
};

async function statedOf(
  called: string,
  { digest, signer, signature, before, trust, cache, network }: Stating,
): Promise<Signed> {
  const root = await trustedRootFor(signer, { env: trust.env, cache, network });
  const expected = { digest, predicateType: predicateType.catalog, signer: signerPolicy(signer) };
  let found: SignedStatement;
  try {
    found = verifiedStatement(signature, { expected, trustedRoot: root });
  } catch (error) {
    const anew =
      before === undefined
        ? {}
        : {
            hint: `nothing of it is used: ${signerName(signer)} was to sign it. Only if its makers tell you, by another route than this address, that somebody else signs it now, remove ${before}: then it is taken for new`,
          };
    throw refused(called, `it is not signed by ${signerText(signer)} (${messageOf(error)})`, {
      ...anew,
      cause: error,
    });
  }
  const predicate = CatalogPredicate.safeParse(found.statement.predicate);
  if (!predicate.success)
    throw refused(called, 'what is signed has no number and dates', { cause: predicate.error });
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

function refused(url: string, reason: string, more: Pick<ErrorDetails, 'hint' | 'cause'> = {}): McpcatError {
  return new McpcatError('signature-refused', `the catalog ${url}: ${reason}`, {
    hint: 'nothing of it is used; tell its makers',
    ...more,
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

import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { CatalogPredicate, catalogSubject } from '../attest/catalog-statement.ts';
import { statementBytes } from '../attest/make-statement.ts';
import { predicateType } from '../attest/predicates.ts';
import type { Signing } from '../attest/signer-policy.ts';
import { isAbout, Statement } from '../attest/statement.ts';
import { digestOf } from '../registry/digest.ts';
import { keyDigest } from '../attest/signer-name.ts';
import type { StatementSigner } from './statement-signer.ts';

export interface CatalogToSign {
  /** The catalog.json, as it will lie there. */
  readonly text: string;
  /** The bundle that lies beside it now; undefined if there is none. */
  readonly before: string | undefined;
  readonly signer: StatementSigner;
  readonly now: Date;
  /** How long it counts. */
  readonly validDays: number;
}

/** The bundle to be written, and what it says. */
export interface SignedCatalog extends CatalogPredicate {
  readonly bundle: string;
  /** The one that was there still serves. */
  readonly kept: boolean;
}

const dayMs = 86_400_000;

/**
 * Signs a catalog.json with a number larger than the last and an end. What the same signer has said of the same text is
 * left as it is until half of its time is over, so that signing every day changes nothing every day. The number is the
 * time in seconds, or one more than the last: it grows also where the last one was lost.
 */
export async function signCatalog(request: CatalogToSign): Promise<SignedCatalog> {
  const { text, signer, now, validDays } = request;
  const digest = digestOf(Buffer.from(text));
  const last = request.before === undefined ? undefined : lastIn(request.before);
  const restMs = last === undefined ? 0 : Date.parse(last.predicate.expires) - now.getTime();
  if (
    request.before !== undefined &&
    last !== undefined &&
    isAbout(last.statement, digest) &&
    restMs > (validDays * dayMs) / 2 &&
    isBy(last.material, await signer.who())
  )
    return { ...last.predicate, bundle: request.before, kept: true };
  const seconds = Math.floor(now.getTime() / 1000);
  const predicate = {
    number: Math.max(seconds, (last?.predicate.number ?? 0) + 1),
    created: now.toISOString(),
    expires: new Date(now.getTime() + validDays * dayMs).toISOString(),
  };
  const subjects = [{ name: catalogSubject, digest }];
  const statement = statementBytes({ subjects, predicateType: predicateType.catalog, predicate });
  return { ...predicate, bundle: await signer.sign(statement), kept: false };
}

const Material = z.object({
  certificate: z.object({ rawBytes: z.string() }).optional(),
  publicKey: z.object({ hint: z.string() }).optional(),
});
type Material = z.infer<typeof Material>;

const Bundle = z.object({
  verificationMaterial: Material,
  dsseEnvelope: z.object({ payload: z.string() }),
});

interface Last {
  readonly material: Material;
  readonly statement: Statement;
  readonly predicate: CatalogPredicate;
}

/**
 * What the bundle of before says; undefined for what is none. It is not verified: it is this catalog's own file, and of
 * what it says only a number is used that the next one is larger than.
 */
function lastIn(text: string): Last | undefined {
  try {
    const { verificationMaterial: material, dsseEnvelope } = Bundle.parse(JSON.parse(text));
    const payload: unknown = JSON.parse(Buffer.from(dsseEnvelope.payload, 'base64').toString('utf8'));
    const statement = Statement.parse(payload);
    return { material, statement, predicate: CatalogPredicate.parse(statement.predicate) };
  } catch {
    return undefined;
  }
}

function isBy({ certificate, publicKey }: Material, who: Signing): boolean {
  if ('publicKey' in who) return publicKey?.hint === keyDigest(who.publicKey).toString('base64');
  if (certificate === undefined) return false;
  const { subjectAltName } = new X509Certificate(Buffer.from(certificate.rawBytes, 'base64'));
  return subjectAltName === `URI:${who.identity}` || subjectAltName === `email:${who.identity}`;
}

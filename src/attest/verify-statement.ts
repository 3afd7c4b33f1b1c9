import { createPublicKey } from 'node:crypto';
import { bundleFromJSON, isBundleWithDsseEnvelope, type Bundle } from '@sigstore/bundle';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { toSignedEntity, toTrustMaterial, Verifier, type Signer } from '@sigstore/verify';
import { McpcatError, messageOf } from '../lib/errors.ts';
import { loggedSigner } from './logged-signer.ts';
import type { SignerPolicy } from './signer-policy.ts';
import { isAbout, Statement, statementPayloadType } from './statement.ts';

export interface Expected {
  /** What it must be about: `sha256:…`. */
  readonly digest: string;
  readonly predicateType: string;
  readonly signer: SignerPolicy;
}

/** Whom to believe. */
export interface Trust {
  readonly policy: SignerPolicy;
  /** A `trusted_root.json`: authorities and logs. */
  readonly trustedRoot: string;
}

export interface SignedStatement {
  readonly statement: Statement;
  /** Who said it, in words. */
  readonly signer: string;
  /** When the log saw it, ISO 8601; undefined where no log did. */
  readonly at: string | undefined;
}

/** What our statements come to, many times over; beyond it nothing is parsed. */
export const maxBundleBytes = 16 << 20;

/**
 * What a Sigstore bundle (v0.1 to v0.3, as JSON) says, once it holds: its signature, who signed and that they were who
 * they say when they did, the log's word that it was seen, and that it is about what was asked. `trustedRoot` is a
 * `trusted_root.json`. Pure; throws `signature-refused` with the first thing that does not hold.
 */
export function verifiedStatement(
  text: string,
  { expected, trustedRoot }: { readonly expected: Expected; readonly trustedRoot: string },
): SignedStatement {
  const signed = signedStatement(text, { policy: expected.signer, trustedRoot });
  const { statement } = signed;
  if (statement.predicateType !== expected.predicateType)
    throw refused(`expected a statement ${expected.predicateType}, found ${statement.predicateType}`);
  if (!isAbout(statement, expected.digest)) throw refused(`it is not about ${expected.digest}`);
  return signed;
}

/** The same whatever it is about: the caller looks at that. */
export function signedStatement(text: string, trust: Trust): SignedStatement {
  if (Buffer.byteLength(text) > maxBundleBytes)
    throw refused(`it is larger than ${String(maxBundleBytes >> 20)} MiB`);
  const bundle = parsedBundle(text);
  const signer = verifiedSigner(bundle, trust);
  return { statement: statementOf(bundle), signer, at: loggedAt(bundle) };
}

/**
 * Of a bundle that holds: the earliest time that somebody has signed. The log's is signed only together with its promise;
 * beside a proof of inclusion alone it is what the bundle's bearer says.
 */
function loggedAt(bundle: Bundle): string | undefined {
  const times = toSignedEntity(bundle).timestamps.flatMap((stamp) => {
    if (stamp.$case === 'timestamp-authority') return [stamp.timestamp.signingTime.getTime()];
    const { inclusionPromise, integratedTime } = stamp.tlogEntry;
    return inclusionPromise === undefined ? [] : [Number(integratedTime) * 1000];
  });
  const first = Math.min(...times);
  return Number.isFinite(first) ? new Date(first).toISOString() : undefined;
}

function parsedBundle(text: string): Bundle {
  try {
    return bundleFromJSON(JSON.parse(text));
  } catch (error) {
    throw refused(`it is no Sigstore bundle (${messageOf(error)})`, error);
  }
}

function verifiedSigner(bundle: Bundle, { policy, trustedRoot }: Trust): string {
  const { $case: by } = bundle.verificationMaterial.content;
  if ((policy.kind === 'key') !== (by === 'publicKey'))
    throw refused(
      `expected a signature by ${policy.kind === 'key' ? 'a key' : 'a certificate'}, found one by a ${by}`,
    );
  const signer = holds(bundle, { policy, trustedRoot });
  if (policy.kind === 'key') return 'the key of the policy';
  const { subjectAlternativeName: identity, extensions } = signer.identity ?? {};
  if (extensions?.issuer !== policy.issuer)
    throw refused(`expected an identity of ${policy.issuer}, found one of ${extensions?.issuer ?? 'nobody'}`);
  if (identity !== policy.identity)
    throw refused(`expected ${policy.identity}, found ${identity ?? 'nobody'}`);
  return `${identity} (${policy.issuer})`;
}

/** A key needs no log. */
function holds(bundle: Bundle, { policy, trustedRoot }: Trust): Signer {
  try {
    if (policy.kind === 'keyless') return loggedSigner(bundle, trustedRoot);
    const root = TrustedRoot.fromJSON(JSON.parse(trustedRoot));
    const publicKey = createPublicKey(policy.publicKey);
    const material = toTrustMaterial(root, () => ({ publicKey, validFor: () => true }));
    return new Verifier(material, { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 }).verify(
      toSignedEntity(bundle),
    );
  } catch (error) {
    throw refused(messageOf(error), error);
  }
}

function statementOf(bundle: Bundle): Statement {
  if (!isBundleWithDsseEnvelope(bundle)) throw refused('expected a signed statement, found a signed file');
  const { payload, payloadType } = bundle.content.dsseEnvelope;
  if (payloadType !== statementPayloadType)
    throw refused(`expected ${statementPayloadType}, found ${payloadType}`);
  try {
    return Statement.parse(JSON.parse(payload.toString('utf8')));
  } catch (error) {
    throw refused('what is signed is no in-toto statement', error);
  }
}

function refused(reason: string, cause?: unknown): McpcatError {
  return new McpcatError('signature-refused', `a signature does not hold: ${reason}`, { cause });
}

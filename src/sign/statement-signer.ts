import { createHash, createPublicKey } from 'node:crypto';
import type { Signing } from '../attest/signer-policy.ts';

/** Signs statements in somebody's name. */
export interface StatementSigner {
  /** In whose, as a catalog names who must have signed. */
  who(): Promise<Signing>;
  /** A statement's bytes → a Sigstore bundle v0.3 with the statement in it, as JSON. */
  sign(statement: Buffer): Promise<string>;
}

/** SHA-256 of a public key (in PEM) as everybody computes it: over its SubjectPublicKeyInfo. */
export function keyDigest(publicKey: string): Buffer {
  const der = createPublicKey(publicKey).export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(der).digest();
}

/** The same signer has the same words: `the key sha256:…`, or the address of a workflow and who vouches for it. */
export function signerName(signing: Signing): string {
  return 'publicKey' in signing
    ? `the key sha256:${keyDigest(signing.publicKey).toString('hex')}`
    : `${signing.identity} (${signing.issuer})`;
}

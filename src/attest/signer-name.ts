import { createHash, createPublicKey } from 'node:crypto';
import type { Signing } from './signer-policy.ts';

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

/** Keys are compared by what they are: a line more at the end of one does not make it another. */
export function isSameSigner(one: Signing, other: Signing): boolean {
  return signerName(one) === signerName(other);
}

import { z } from 'zod';

/** A certificate's name or a key, not a pattern: what is compared character by character has no room for look-alikes. */
const exactly = z
  .string()
  .min(1)
  .max(2048)
  .regex(/^[\x21-\x7e]+$/, 'must be one word without spaces');

/**
 * Who signs what a catalog is made of: `signing` of a `catalog.json`, and `signing.json` of a catalog's folder. An
 * identity is a certificate's subject (for a workflow of GitHub its address with the ref) and who vouches for it.
 */
export const Signing = z.union([
  z.strictObject({ identity: exactly, issuer: exactly }),
  z.strictObject({
    publicKey: z
      .string()
      .max(4096)
      .regex(
        /^-----BEGIN PUBLIC KEY-----\n[\w+/=\n]+\n-----END PUBLIC KEY-----\n?$/,
        'must be a public key in PEM',
      ),
  }),
]);
export type Signing = z.infer<typeof Signing>;

/**
 * Who must have signed. Compared character by character: the library takes an identity for a regular expression that
 * may match anywhere, so it is not asked.
 */
export type SignerPolicy =
  | {
      readonly kind: 'keyless';
      /** Of the certificate: `https://token.actions.githubusercontent.com`. */
      readonly issuer: string;
      /** The workflow's address with its ref, as the certificate has it. */
      readonly identity: string;
    }
  | {
      readonly kind: 'key';
      /** In PEM. */
      readonly publicKey: string;
    };

export function signerPolicy(signing: Signing): SignerPolicy {
  return 'publicKey' in signing
    ? { kind: 'key', publicKey: signing.publicKey }
    : { kind: 'keyless', issuer: signing.issuer, identity: signing.identity };
}

/** For people: `https://github.com/…/publish.yml@refs/heads/main (https://token.actions…)`. */
export function signerText(signing: Signing): string {
  return 'publicKey' in signing ? 'the catalog’s key' : `${signing.identity} (${signing.issuer})`;
}

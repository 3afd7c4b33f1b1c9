import type { Bundle } from '@sigstore/bundle';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { toSignedEntity, toTrustMaterial, Verifier, type Signer } from '@sigstore/verify';

/**
 * Who has signed with a certificate, once signature, certificate and log entry hold. A certificate is valid for minutes,
 * so the log must have seen it then. `trustedRoot` is a `trusted_root.json`. Throws what does not hold.
 */
export function loggedSigner(bundle: Bundle, trustedRoot: string): Signer {
  const material = toTrustMaterial(TrustedRoot.fromJSON(JSON.parse(trustedRoot)));
  const thresholds = { tlogThreshold: 1, ctlogThreshold: 1, timestampThreshold: 1 };
  return new Verifier(material, thresholds).verify(toSignedEntity(bundle));
}

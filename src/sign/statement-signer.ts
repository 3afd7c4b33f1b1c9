import type { Signing } from '../attest/signer-policy.ts';

/** Signs statements in somebody's name. */
export interface StatementSigner {
  /** In whose, as a catalog names who must have signed. */
  who(): Promise<Signing>;
  /** A statement's bytes → a Sigstore bundle v0.3 with the statement in it, as JSON. */
  sign(statement: Buffer): Promise<string>;
}

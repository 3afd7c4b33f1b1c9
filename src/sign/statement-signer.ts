/** Signs statements in somebody's name. */
export interface StatementSigner {
  /** In whose, in words: `the key sha256:…`, or the address of a workflow. The same signer has the same words. */
  who(): Promise<string>;
  /** A statement's bytes → a Sigstore bundle v0.3 with the statement in it, as JSON. */
  sign(statement: Buffer): Promise<string>;
}

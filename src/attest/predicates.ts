/** What a statement says, by the type of its predicate; others know them by these names too. */
export const predicateType = {
  /** "This is ours", without more: what `cosign sign` says. */
  signature: 'https://sigstore.dev/cosign/sign/v1',
  /** slsa.dev/spec/v1.0/provenance: what it was built from, and by whom. */
  provenance: 'https://slsa.dev/provenance/v1',
  /** CycloneDX, as JSON. */
  sbom: 'https://cyclonedx.org/bom',
  /** What `mcpcat test` has found (github.com/in-toto/attestation, test-result). */
  testResult: 'https://in-toto.io/attestation/test-result/v0.1',
  /** Ours: what the server is permitted when it runs (run-profile.ts). */
  runProfile: 'https://mcpcat.dev/run-profile/v1',
  /** OpenVEX: known holes that are none in this server. */
  vex: 'https://openvex.dev/ns/v0.2.0',
  /** Ours: which catalog.json is the newest, and until when (catalog-statement.ts). */
  catalog: 'https://mcpcat.dev/catalog/v1',
} as const;

/** A signed statement in a registry: the type of the artifact and of its one layer. */
export const bundleMediaType = 'application/vnd.dev.sigstore.bundle.v0.3+json';

/** Of that or another version: who verifies tells which hold. */
export function isBundleType(artifactType: string): boolean {
  return artifactType.startsWith('application/vnd.dev.sigstore.bundle');
}

/** By these a reader of the list of referrers knows what each is without fetching it (cosign writes the first two too). */
export const bundleAnnotation = {
  content: 'dev.sigstore.bundle.content',
  predicateType: 'dev.sigstore.bundle.predicateType',
  created: 'org.opencontainers.image.created',
  /** Ours: SHA-256 of what is said and who says it, so that the same is not said twice. Nobody else may rely on it. */
  same: 'io.mcpcat.statement',
} as const;

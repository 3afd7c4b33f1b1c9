/** How an image comes about: documented in docs/supply-chain.md, at the address that it names. */
const buildType = 'https://mcpcat.dev/build/v1';

/** A file that decided what came out. */
export interface Material {
  /** Path below its repository or folder: `catalog/time/lock.json`. */
  readonly name: string;
  /** Of its bytes, in hex. */
  readonly sha256: string;
}

/** Where the files were taken from. */
export interface Checkout {
  /** `https://github.com/owner/repository`; undefined where only a commit is known. */
  readonly repository: string | undefined;
  /** `refs/heads/main` */
  readonly ref: string | undefined;
  /** Hexadecimal digits of the commit. */
  readonly commit: string;
  /** Files of the entry or the bases differ from that commit. */
  readonly changed: boolean;
}

/** Who built it. */
export interface Builder {
  /** Address of the workflow with its ref, or `https://mcpcat.dev/builder/local`. */
  readonly id: string;
  /** Release of mcpcat. */
  readonly version: string;
  /** Address of the run of the workflow. */
  readonly invocation: string | undefined;
}

export interface BuildFacts {
  readonly server: string;
  /** As the lock has it: `npm:@scope/name`. */
  readonly source: string;
  /** Release that is locked. */
  readonly version: string;
  /** By platform: what decides whether an image must be built again. */
  readonly fingerprints: Readonly<Record<string, string>>;
  readonly materials: readonly Material[];
  readonly checkout: Checkout | undefined;
  readonly builder: Builder;
}

/**
 * The predicate `https://slsa.dev/provenance/v1`: what an image was built from, by content, and who says so. Without
 * times: the same build is said in the same words, and the signature has its own time.
 */
export function provenanceOf(facts: BuildFacts): object {
  const { server, source, version, fingerprints, materials, checkout, builder } = facts;
  return {
    buildDefinition: {
      buildType,
      externalParameters: { server, source, version, platforms: Object.keys(fingerprints).toSorted() },
      internalParameters: { fingerprints, ...(checkout?.changed === true ? { changed: true } : {}) },
      resolvedDependencies: [
        ...(checkout === undefined ? [] : [checkoutDescriptor(checkout)]),
        ...materials.map(({ name, sha256 }) => ({ name, digest: { sha256 } })),
      ],
    },
    runDetails: {
      builder: { id: builder.id, version: { mcpcat: builder.version } },
      ...(builder.invocation === undefined ? {} : { metadata: { invocationId: builder.invocation } }),
    },
  };
}

function checkoutDescriptor({ repository, ref, commit }: Checkout): object {
  const at = ref === undefined ? '' : `@${ref}`;
  return {
    ...(repository === undefined ? { name: 'checkout' } : { uri: `git+${repository}${at}` }),
    digest: { gitCommit: commit },
  };
}

import { z } from 'zod';

/**
 * `catalog/<name>/lock.json`: everything that goes into the image, by content. Written by `mcpcat update` only;
 * the ecosystem's own lock lies beside it and is an input of the build.
 */
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be a sha256 in hex');
const h1 = z.string().regex(/^h1:[A-Za-z0-9+/]{43}=$/, 'must be an h1: hash');

/** One file the build needs. `platforms` absent: needed on all. */
const artifactCommon = {
  name: z.string(),
  version: z.string(),
  url: z.url({ protocol: /^https?$/, error: 'must be an http or https address' }),
  bytes: z.number().int().nonnegative().optional(),
  platforms: z.array(z.enum(['linux/amd64', 'linux/arm64'])).optional(),
};
/** `integrity` is an SRI string with sha512 (npm's package-lock). */
const NpmArtifact = z.strictObject({
  kind: z.literal('npm'),
  ...artifactCommon,
  integrity: z.string().regex(/^sha512-[A-Za-z0-9+/]{86}==$/, 'must be a sha512 integrity'),
});
const PypiArtifact = z.strictObject({ kind: z.literal('pypi'), ...artifactCommon, file: z.string(), sha256 });
/** `sum` is the h1: hash of the zip, `modSum` that of go.mod (golang.org/ref/mod#go-sum-files); `zip` false: only go.mod is needed. */
const GoArtifact = z.strictObject({
  kind: z.literal('go'),
  ...artifactCommon,
  sum: h1.optional(),
  modSum: h1,
});
const DebArtifact = z.strictObject({ kind: z.literal('deb'), ...artifactCommon, file: z.string(), sha256 });

export const Artifact = z.discriminatedUnion('kind', [NpmArtifact, PypiArtifact, GoArtifact, DebArtifact]);
export type Artifact = z.infer<typeof Artifact>;

export const Lock = z.strictObject({
  lockVersion: z.literal(1),
  /** What the entry's `source` resolved to. */
  source: z.string(),
  version: z.string(),
  /** ISO 8601; when upstream published this version. */
  published: z.string().optional(),
  license: z.string().optional(),
  runtime: z.enum(['node', 'python', 'go']),
  /** What upstream says it needs: `>=20` (engines.node), `>=3.10` (requires-python), `1.25.0` (go directive). */
  requires: z.string().optional(),
  /** Name → file below the install folder (/app): `node_modules/x/dist/index.js`, `bin/mcp-server-time`, `bin/github-mcp-server`. */
  bin: z.record(z.string(), z.string()),
  /** npm packages with an install script and PyPI source distributions in the tree, whether or not they may run. */
  scripts: z.array(z.string()).default([]),
  artifacts: z.array(Artifact),
});
export type Lock = z.infer<typeof Lock>;

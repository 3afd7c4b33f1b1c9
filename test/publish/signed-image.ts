import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { projectFolder } from '../../src/lib/project.ts';
import { statementsOf } from '../../src/pipeline/statements.ts';
import type { Signing } from '../../src/publish/sign-image.ts';
import { imageManifestIn, type PlatformDescriptor } from '../../src/registry/content/manifest.ts';
import { getManifest } from '../../src/registry/content/manifests.ts';
import { readBlob } from '../../src/registry/content/read-blob.ts';
import { listReferrers } from '../../src/registry/content/referrers.ts';
import { parseDigest } from '../../src/registry/digest.ts';
import type { Registry } from '../../src/registry/registry.ts';
import type { StatementSigner } from '../../src/sign/statement-signer.ts';
import { engineWith, entryAt, files, publish, variant, type Entry } from './rig.ts';

/** A P-256 key in PEM. */
export function signingKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** Trusts nobody: a key needs no service. */
export const emptyTrustedRoot = JSON.stringify({
  mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
  tlogs: [],
  certificateAuthorities: [],
  ctlogs: [],
  timestampAuthorities: [],
});

const arm: typeof variant = { platform: 'linux/arm64', image: 'mcpcat/echo:local-arm64', fingerprint: 'f2' };

/** An engine with the entry's image for two platforms. */
export const twoPlatforms = {
  variants: [variant, arm] as const,
  engine: engineWith({
    [variant.image]: { ...variant, files },
    [arm.image]: { ...arm, files: [...files, { name: 'app/arm', content: 'arm' }] },
  }),
};

/** As `mcpcat publish` does it, of the entry, which gets a lock with one package. */
export async function signingOf(entry: Entry, signer: StatementSigner): Promise<Signing> {
  const packages = {
    '': { dependencies: { echo: '1.2.3' } },
    'node_modules/echo': {
      version: '1.2.3',
      resolved: 'https://registry.npmjs.org/echo/-/echo-1.2.3.tgz',
      integrity: `sha512-${'A'.repeat(86)}==`,
      license: 'MIT',
    },
  };
  const lock = { lockfileVersion: 3, requires: true, packages };
  writeFileSync(path.join(entry.folder, 'package-lock.json'), JSON.stringify(lock));
  const server = await entry.server();
  const origin = { templates: path.join(projectFolder(), 'templates'), env: process.env, version: '0.0.0' };
  return { signer, statements: (image) => statementsOf(server, image, origin) };
}

/** An image in a registry. */
export interface SignedImage {
  readonly repository: string;
  readonly index: string;
  readonly platforms: readonly string[];
}

/** Publishes an image for two platforms, signed. */
export async function publishSigned(
  registry: Registry,
  { repository, signer }: { readonly repository: string; readonly signer: StatementSigner | undefined },
): Promise<SignedImage> {
  using entry = entryAt('1.2.3');
  await entry.prove();
  const signing = signer === undefined ? undefined : await signingOf(entry, signer);
  const { digest } = await publish(entry, { registry, repository, ...twoPlatforms, signing });
  const platforms = Object.values((await entry.record())?.platforms ?? {}).map((image) => image.digest);
  return { repository, index: digest, platforms };
}

/** A bundle as the registry lists it, and its text. */
export interface Found {
  readonly listed: PlatformDescriptor;
  readonly text: string;
}

/** All bundles that are attached to a manifest. */
export async function bundlesOf(
  registry: Registry,
  { repository = 'test/echo', digest }: { readonly repository?: string; readonly digest: string },
): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (const listed of await listReferrers(registry, repository, parseDigest(digest, 'test'))) {
    const manifest = await getManifest(registry, repository, listed.digest);
    const [layer, ...more] = imageManifestIn(manifest, 'test').layers;
    if (layer === undefined || more.length > 0 || layer.mediaType !== listed.artifactType)
      throw new Error(`${listed.digest}: expected one layer of the artifact's type`);
    found.push({ listed, text: (await buffer(readBlob(registry, repository, layer))).toString() });
  }
  return found;
}

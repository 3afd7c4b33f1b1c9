/** An image of two platforms in a registry on loopback, and statements about it by whoever a test says. */
import type { TestContext } from 'node:test';
import { statementBytes } from '../../src/attest/make-statement.ts';
import { bundleAnnotation, bundleMediaType, predicateType } from '../../src/attest/predicates.ts';
import { runProfileOf } from '../../src/attest/run-profile.ts';
import type { Signing } from '../../src/attest/signer-policy.ts';
import type { Entry } from '../../src/catalog/entry.ts';
import { blobOfBytes } from '../../src/registry/content/blob.ts';
import { attachArtifacts } from '../../src/registry/content/attach.ts';
import { getManifest } from '../../src/registry/content/manifests.ts';
import { parseDigest, type Digest } from '../../src/registry/digest.ts';
import { pushImage, pushIndex } from '../../src/registry/push.ts';
import { verifyImage, type VerifiedImage, type VerifyRequest } from '../../src/trust/verify-image.ts';
import { parseEntry } from '../../src/catalog/parse-entry.ts';
import { entryText } from '../catalog/entry-text.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { client, openRegistry, packedImage } from '../registry/rig.ts';
import { keySigner } from '../rig/key-signer.ts';

export const repository = 'test/echo';

/** Permissions that a test can narrow and widen. */
export const more = `permissions:
  network: ["*.example.com:443"]
  mounts: [{ name: data, description: The data., target: /data, mode: ro }]
  writable: [/tmp]
`;
export function entryOfTest(changes = more): Entry {
  const { entry, problems } = parseEntry('server.yaml', entryText('echo', { more: changes }), 'echo');
  if (entry === undefined) throw new Error(problems.map(({ message }) => message).join());
  return entry;
}

export interface Published {
  readonly host: string;
  readonly digest: Digest;
  /** Of linux/amd64 and linux/arm64. */
  readonly manifests: readonly [Digest, Digest];
}

/** Pushed without any statement. */
export async function published(t: TestContext): Promise<Published> {
  const registry = await openRegistry();
  t.after(() => registry[Symbol.asyncDispose]());
  const target = { repository, tags: [] };
  const images = [];
  for (const architecture of ['amd64', 'arm64']) {
    const content = Buffer.from(`${architecture} ${t.name}`);
    await using image = await packedImage([[{ name: 'a', content }]], { config: { architecture } });
    images.push(await pushImage(client(registry.host), image, target));
  }
  const digest = parseDigest(await pushIndex(client(registry.host), images, target), 'index');
  const [amd64, arm64] = images;
  if (amd64 === undefined || arm64 === undefined) throw new Error('two images were pushed');
  return { host: registry.host, digest, manifests: [amd64.digest, arm64.digest] };
}

/** The payloads that a start needs, as `publish` writes them. `surface` is SHA-256 of its surface.json in hex. */
export function payloads(
  { digest, manifests: [amd64, arm64] }: Pick<Published, 'digest' | 'manifests'>,
  entry: Entry,
  surface?: string,
): Record<'signature' | 'profile' | 'result', Buffer> {
  const subjects = (...digests: readonly Digest[]) => digests.map((one) => ({ name: 'echo', digest: one }));
  const all = subjects(digest, amd64, arm64);
  return {
    signature: statementBytes({ subjects: all, predicateType: predicateType.signature, predicate: {} }),
    profile: statementBytes({
      subjects: all,
      predicateType: predicateType.runProfile,
      predicate: runProfileOf(entry, surface),
    }),
    result: statementBytes({
      subjects: subjects(digest, amd64),
      predicateType: predicateType.testResult,
      predicate: { result: 'PASSED', configuration: [] },
    }),
  };
}

/** Attaches a bundle to a manifest as `publish` and cosign do. */
export async function attached(
  { host, repository: place = repository }: { readonly host: string; readonly repository?: string },
  subject: Digest,
  bundle: string,
  annotations: Readonly<Record<string, string>> = { [bundleAnnotation.content]: 'dsse-envelope' },
): Promise<Digest> {
  const registry = client(host);
  const { mediaType, bytes } = await getManifest(registry, place, subject);
  const layers = [blobOfBytes(bundleMediaType, Buffer.from(bundle))];
  const [attachedAs] = await attachArtifacts(registry, place, {
    subject: { digest: subject, mediaType, size: bytes.length },
    artifacts: [{ artifactType: bundleMediaType, layers, annotations }],
  });
  if (attachedAs === undefined) throw new Error('it was attached');
  return attachedAs;
}

export interface Rig extends Published {
  readonly signer: ReturnType<typeof keySigner>;
  readonly cache: string;
  /** Attaches a statement to the index, signed by the signer. */
  readonly state: (payload: Buffer | string) => Promise<Digest>;
  readonly verify: (changes?: Partial<VerifyRequest>) => Promise<VerifiedImage>;
}

/** What is published, with a key as its signer; nothing is said of it yet. */
export async function rig(t: TestContext): Promise<Rig> {
  const image = await published(t);
  const signer = keySigner();
  const cache = temporaryFolder(t);
  const state = (payload: Buffer | string): Promise<Digest> =>
    attached(image, image.digest, signer.sign(payload));
  const verify = (changes: Partial<VerifyRequest> = {}): Promise<VerifiedImage> =>
    verifyImage({ ...requestFor(image, { signing: signer.signing, cache }), ...changes });
  return { ...image, signer, cache, state, verify };
}

export function requestFor(
  { host, digest }: Pick<Published, 'host' | 'digest'>,
  { signing, cache }: { readonly signing: Signing; readonly cache: string },
): VerifyRequest {
  return {
    entry: entryOfTest(),
    image: { digest, repository: `${host}/${repository}` },
    signing,
    surface: undefined,
    endpoint: 'unix:///run/engine.sock',
    trustedRoot: undefined,
    cache,
    platform: 'linux/amd64',
    env: { DOCKER_CONFIG: '/nonexistent' },
    statements: 'needed',
    network: 'allowed',
  };
}

/** The same with everything that a start needs. */
export async function signedRig(t: TestContext, surface?: string): Promise<Rig> {
  const made = await rig(t);
  for (const payload of Object.values(payloads(made, entryOfTest(), surface))) await made.state(payload);
  return made;
}

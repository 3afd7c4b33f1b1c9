import { createHash } from 'node:crypto';
import type { ImageRecord } from '../catalog/image-record.ts';
import type { Proof } from '../catalog/proof.ts';
import { statementBytes, type Subject } from '../attest/make-statement.ts';
import { bundleAnnotation, bundleMediaType } from '../attest/predicates.ts';
import { attachArtifacts, type Artifact } from '../registry/content/attach.ts';
import { blobOfBytes } from '../registry/content/blob.ts';
import {
  canonicalJson,
  indexIn,
  manifestDescriptor,
  type Descriptor,
  type Manifest,
  type PlatformDescriptor,
} from '../registry/content/manifest.ts';
import { listReferrers } from '../registry/content/referrers.ts';
import { signerName } from '../attest/signer-name.ts';
import type { StatementSigner } from '../sign/statement-signer.ts';
import type { Target } from './send.ts';
import type { Signed } from './signed.ts';

/** What is to be said of an image. */
export interface Said {
  readonly predicateType: string;
  readonly predicate: unknown;
  /** Its index, and those of its platforms that it is true of. */
  readonly subjects: readonly [Subject, ...Subject[]];
  /** What of it makes another statement; default: the predicate. A second provenance of one build tells nobody anything. */
  readonly same?: unknown;
}

/** How what is published is signed. */
export interface Signing {
  readonly signer: StatementSigner;
  /** What is to be said of the image of a record whose proof this is. */
  readonly statements: (image: {
    readonly record: ImageRecord;
    readonly proof: Proof;
  }) => Promise<readonly Said[]>;
}

/**
 * Signs what is to be said of an image whose manifests are in the repository, and attaches it to each of them. What the
 * same signer has said already is not said again. One signature serves all of its subjects.
 */
export async function signImage(
  target: Target,
  {
    index,
    said,
    signer,
  }: { readonly index: Manifest; readonly said: readonly Said[]; readonly signer: StatementSigner },
): Promise<Signed> {
  const { registry, repository } = target;
  const by = signerName(await signer.who());
  const places = await placesOf(target, index);
  const artifacts = new Map<string, Artifact[]>();
  let signed = 0;
  for (const one of said) {
    const same = sameness(one, by);
    const lacking = one.subjects.filter(({ digest }) => !(places.get(digest)?.said.has(same) ?? false));
    if (lacking.length === 0) continue;
    const artifact = artifactOf(await signer.sign(statementBytes(one)), { same, one });
    signed++;
    for (const { digest } of lacking) artifacts.set(digest, [...(artifacts.get(digest) ?? []), artifact]);
  }
  for (const [digest, attached] of artifacts) {
    const subject = places.get(digest)?.subject;
    if (subject === undefined) throw new Error(`Internal error: ${digest} is no manifest of the image`);
    await attachArtifacts(registry, repository, { subject, artifacts: attached });
  }
  return { by, statements: said.length, signed };
}

interface Place {
  readonly subject: Descriptor;
  /** By `sameness`. */
  readonly said: ReadonlySet<string>;
}

/** The index and its images, with what is attached to each. */
async function placesOf({ registry, repository }: Target, index: Manifest): Promise<Map<string, Place>> {
  const subjects: Descriptor[] = [
    manifestDescriptor(index),
    ...indexIn(index, `${repository}@${index.digest}`).manifests,
  ];
  const places = await Promise.all(
    subjects.map(async (subject): Promise<[string, Place]> => {
      const referrers = await listReferrers(registry, repository, subject.digest);
      return [subject.digest, { subject, said: new Set(referrers.flatMap(sameIn)) }];
    }),
  );
  return new Map(places);
}

function sameIn({ artifactType, annotations }: PlatformDescriptor): string[] {
  const same = annotations?.[bundleAnnotation.same];
  return artifactType === bundleMediaType && same !== undefined ? [same] : [];
}

/** The same for the same words of the same signer. It saves signatures, nothing else: nobody who verifies reads it. */
function sameness({ predicateType, predicate, subjects, same = predicate }: Said, by: string): string {
  const about = subjects.map(({ digest }) => digest);
  return createHash('sha256').update(canonicalJson({ by, predicateType, about, same })).digest('hex');
}

function artifactOf(bundle: string, { same, one }: { readonly same: string; readonly one: Said }): Artifact {
  return {
    artifactType: bundleMediaType,
    layers: [blobOfBytes(bundleMediaType, Buffer.from(bundle))],
    annotations: {
      [bundleAnnotation.content]: 'dsse-envelope',
      [bundleAnnotation.predicateType]: one.predicateType,
      [bundleAnnotation.created]: new Date().toISOString(),
      [bundleAnnotation.same]: same,
    },
  };
}

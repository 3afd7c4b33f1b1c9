import { z } from 'zod';
import type { Artifact } from '../catalog/lock.ts';
import { messageOf } from '../lib/errors.ts';
import { hostFor } from '../upstream/hosts.ts';
import { pypiName } from '../upstream/pypi-name.ts';
import { askJson } from './ask.ts';
import type { Check } from './record.ts';
import { signedWord, type SignedWord } from './signed-word.ts';
import { notChecked, orNotChecked, refused, type UpstreamWord, type WordRequest } from './word.ts';

/** PEP 740 came with 1.3 of the index's interface: before, a file without `provenance` says nothing. */
const Index = z.object({
  meta: z.object({ 'api-version': z.string() }),
  files: z.array(z.object({ filename: z.string(), provenance: z.string().nullish() })),
});
const indexType = 'application/vnd.pypi.simple.v1+json';
const provenanceType = 'application/vnd.pypi.integrity.v1+json';

/** docs.pypi.org/api/integrity: a publisher, and what its workflow has signed. */
const Provenance = z.object({
  version: z.literal(1),
  attestation_bundles: z
    .array(
      z.object({
        publisher: z.object({
          kind: z.string(),
          repository: z.string().nullish(),
          workflow: z.string().nullish(),
        }),
        attestations: z.array(
          z.object({
            version: z.literal(1),
            verification_material: z.object({
              certificate: z.string(),
              transparency_entries: z.array(z.unknown()),
            }),
            envelope: z.object({ statement: z.string(), signature: z.string() }),
          }),
        ),
      }),
    )
    .max(100),
});
type Bundle = z.infer<typeof Provenance>['attestation_bundles'][number];

const publishType = 'https://docs.pypi.org/attestations/publish/v1';

/** What PyPI says of a release: who published its file, and their own signature of it. */
export async function pypiWord(request: WordRequest): Promise<UpstreamWord> {
  const { source, lock } = request;
  const name = pypiName(source.name);
  const artifact = lock.artifacts.find(
    (one) => one.kind === 'pypi' && pypiName(one.name) === name && one.version === lock.version,
  );
  if (artifact?.kind !== 'pypi') return none(notChecked('the lock has no file of it'));
  const announced = await announcedProvenance(name, { file: artifact.file, request });
  if (announced !== 'announced') return none(announced);
  const url = `${hostFor('pypi', request.env)}/integrity/${name}/${lock.version}/${encodeURIComponent(artifact.file)}/provenance`;
  const answer = await orNotChecked(
    askJson(url, {
      subject: `pypi:${name}`,
      signal: request.signal,
      accept: provenanceType,
      read: (value) => Provenance.parse(value),
    }),
  );
  if (answer === undefined) return none(notChecked('the index hands on no provenance'));
  if ('state' in answer) return none(answer);
  return held(answer.attestation_bundles, { artifact, trustedRoot: await request.trustedRoot?.() });
}

/** Nobody says who published it and from where. */
function none(provenance: Check): UpstreamWord {
  return { checks: { provenance }, origin: null, publisher: null };
}

/** A missing provenance and an index that does not know of any answer the same, so the page of the project decides. */
async function announcedProvenance(
  name: string,
  { file, request: { env, signal } }: { readonly file: string; readonly request: WordRequest },
): Promise<Check | 'announced'> {
  const page = await orNotChecked(
    askJson(`${hostFor('pypi', env)}/simple/${name}/`, {
      subject: `pypi:${name}`,
      signal,
      accept: indexType,
      read: (value) => Index.parse(value),
    }),
  );
  if (page === undefined) return notChecked('the index does not describe it');
  if ('state' in page) return page;
  const [major = 0, minor = 0] = page.meta['api-version'].split('.').map(Number);
  if (major !== 1 || minor < 3)
    return notChecked(`the index speaks ${page.meta['api-version']}, which knows no provenance`);
  const entry = page.files.find(({ filename }) => filename === file);
  if (entry === undefined) return notChecked('the index does not have the file');
  return typeof entry.provenance === 'string' ? 'announced' : { state: 'absent' };
}

interface Held {
  readonly artifact: Artifact & { readonly kind: 'pypi' };
  readonly trustedRoot: string | undefined;
}

function held(bundles: readonly Bundle[], { artifact, trustedRoot }: Held): UpstreamWord {
  for (const { publisher, attestations } of bundles) {
    for (const { verification_material: material, envelope } of attestations) {
      try {
        const word = signedWord(sigstoreBundle(material, envelope), trustedRoot);
        if (word.statement.predicateType !== publishType) continue;
        const failure = failureOf(word, { artifact, publisher });
        if (failure !== undefined) return none(refused(failure));
        return {
          checks: {
            provenance: { state: 'ok', tried: [...word.tried, 'subject', 'publisher'], by: word.identity },
          },
          origin: word.origin,
          publisher: [publisher.kind, publisher.repository, publisher.workflow].filter(Boolean).join(' '),
        };
      } catch (error) {
        return none(refused(`the attestation does not hold: ${messageOf(error)}`));
      }
    }
  }
  return none({ state: 'absent' });
}

/** PyPI's own form is a Sigstore bundle with other names (PEP 740, "Attestation objects"). */
function sigstoreBundle(
  { certificate, transparency_entries: tlogEntries }: Bundle['attestations'][number]['verification_material'],
  { statement, signature }: Bundle['attestations'][number]['envelope'],
): unknown {
  return {
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: { certificate: { rawBytes: certificate }, tlogEntries },
    dsseEnvelope: {
      payload: statement,
      payloadType: 'application/vnd.in-toto+json',
      signatures: [{ sig: signature, keyid: '' }],
    },
  };
}

/** The registry's word of who published must be what the certificate says. */
function failureOf(
  { statement, origin }: SignedWord,
  { artifact, publisher }: { readonly artifact: Held['artifact']; readonly publisher: Bundle['publisher'] },
): string | undefined {
  const isAbout = statement.subject.some(
    ({ name, digest }) => name === artifact.file && digest['sha256'] === artifact.sha256,
  );
  if (!isAbout) return `the attestation is not about ${artifact.file} as it is locked`;
  const { repository } = publisher;
  if (typeof repository !== 'string' || origin.repository.endsWith(`/${repository}`)) return undefined;
  return `the index names ${repository}, the certificate ${origin.repository}`;
}

import { createHash, createPublicKey, verify } from 'node:crypto';
import { z } from 'zod';
import type { Artifact } from '../catalog/lock.ts';
import { messageOf } from '../lib/errors.ts';
import { hostFor } from '../upstream/hosts.ts';
import { askJson } from './ask.ts';
import type { Check, Origin } from './record.ts';
import { signedWord, type SignedWord } from './signed-word.ts';
import { notChecked, orNotChecked, refused, type UpstreamWord, type WordRequest } from './word.ts';

/** docs.npmjs.com/about-registry-signatures */
const Signature = z.object({ keyid: z.string(), sig: z.string() });
const Manifest = z.object({
  dist: z.object({
    integrity: z.string(),
    signatures: z.array(Signature).optional(),
    attestations: z.object({ url: z.string() }).optional(),
  }),
  _npmUser: z.object({ name: z.string() }).optional(),
});
type Manifest = z.infer<typeof Manifest>;

const Keys = z.object({
  keys: z.array(z.object({ keyid: z.string(), key: z.string(), expires: z.string().nullish() })),
});
const Attestations = z.object({
  attestations: z.array(z.object({ predicateType: z.string(), bundle: z.unknown() })),
});

interface Release {
  readonly name: string;
  readonly version: string;
  readonly manifest: Manifest;
  readonly artifact: Artifact & { readonly kind: 'npm' };
  readonly request: WordRequest;
}

/** What npm's registry says of a release: its signature over the hash that is locked, and the provenance. */
export async function npmWord(request: WordRequest): Promise<UpstreamWord> {
  const { source, lock, env, signal } = request;
  const subject = `npm:${source.name}`;
  const url = `${hostFor('npm', env)}/${source.name.replace('/', '%2f')}/${lock.version}`;
  const artifact = lock.artifacts.find(
    (one) => one.kind === 'npm' && one.name === source.name && one.version === lock.version,
  );
  const manifest = await orNotChecked(
    askJson(url, { subject, signal, read: (value) => Manifest.parse(value) }),
  );
  if (manifest === undefined || 'state' in manifest || artifact?.kind !== 'npm') {
    const check =
      manifest !== undefined && 'state' in manifest
        ? manifest
        : notChecked('the registry does not describe it');
    return { checks: { registrySignature: check, provenance: check }, origin: null, publisher: null };
  }
  const { _npmUser: user } = manifest;
  const release = { name: source.name, version: lock.version, manifest, artifact, request };
  const [registrySignature, { check, origin }] = await Promise.all([
    signatureOf(release),
    provenanceOf(release),
  ]);
  return {
    checks: { registrySignature, provenance: check },
    origin,
    publisher: user?.name ?? null,
  };
}

/** All releases of npm's registry are signed: where there is no signature, it was not npm's registry that answered. */
const stripped = 'the registry hands on no signatures';

async function signatureOf({ name, version, manifest, artifact, request }: Release): Promise<Check> {
  const { signatures = [], integrity } = manifest.dist;
  if (signatures.length === 0) return notChecked(stripped);
  const url = `${hostFor('npm', request.env)}/-/npm/v1/keys`;
  const { signal } = request;
  const answer = await orNotChecked(
    askJson(url, { subject: `npm:${name}`, signal, read: (value) => Keys.parse(value) }),
  );
  if (answer === undefined) return notChecked('the registry hands on no keys');
  if ('state' in answer) return answer;
  if (integrity !== artifact.integrity) return refused('the registry has another hash than the lock');
  const text = Buffer.from(`${name}@${version}:${integrity}`);
  for (const { keyid, sig } of signatures) {
    const key = answer.keys.find((one) => one.keyid === keyid);
    if (key === undefined) continue;
    return heldSignature({ key: key.key, keyid, expires: key.expires, sig, text }, request.lock.published);
  }
  return notChecked('the registry does not hand on the key of the signature');
}

interface Held {
  readonly key: string;
  readonly keyid: string;
  readonly expires: string | null | undefined;
  readonly sig: string;
  readonly text: Buffer;
}

function heldSignature({ key, keyid, expires, sig, text }: Held, published: string | undefined): Check {
  try {
    const der = Buffer.from(key, 'base64');
    const publicKey = createPublicKey({ key: der, format: 'der', type: 'spki' });
    const id = `SHA256:${createHash('sha256').update(der).digest('base64').replace(/=+$/, '')}`;
    const late =
      typeof expires === 'string' && published !== undefined && Date.parse(published) > Date.parse(expires);
    if (keyid.replace(/=+$/, '') !== id) return refused(`the key is not ${keyid}`);
    if (late) return refused(`the key ${keyid} had expired when it was published`);
    if (!verify('sha256', text, publicKey, Buffer.from(sig, 'base64')))
      return refused('the registry’s signature does not hold');
    return { state: 'ok', tried: ['hash', 'key', 'signature'], by: keyid };
  } catch (error) {
    return refused(`the registry’s signature can’t be read (${messageOf(error)})`);
  }
}

interface Provenance {
  readonly check: Check;
  readonly origin: Origin | null;
}

async function provenanceOf(release: Release): Promise<Provenance> {
  const { manifest, name, version, request } = release;
  const none = (check: Check): Provenance => ({ check, origin: null });
  // A mirror that leaves out signatures leaves this out too, so that it is missing says nothing.
  if (manifest.dist.attestations === undefined)
    return none(manifest.dist.signatures === undefined ? notChecked(stripped) : { state: 'absent' });
  const { env, signal } = request;
  const url = `${hostFor('npm', env)}/-/npm/v1/attestations/${name.replace('/', '%2f')}@${version}`;
  const answer = await orNotChecked(
    askJson(url, { subject: `npm:${name}`, signal, read: (value) => Attestations.parse(value) }),
  );
  if (answer === undefined) return none(notChecked('the registry hands on no attestations'));
  if ('state' in answer) return none(answer);
  const found = answer.attestations.find(({ predicateType }) =>
    predicateType.startsWith('https://slsa.dev/provenance/'),
  );
  if (found === undefined) return none({ state: 'absent' });
  try {
    return heldProvenance(signedWord(found.bundle, await request.trustedRoot?.()), release);
  } catch (error) {
    return none(refused(`the provenance does not hold: ${messageOf(error)}`));
  }
}

function heldProvenance({ statement, origin, identity, tried }: SignedWord, release: Release): Provenance {
  const { name, version, artifact } = release;
  const hex = Buffer.from(artifact.integrity.slice('sha512-'.length), 'base64').toString('hex');
  const about = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  const isAbout = statement.subject.some(
    (one) => one.name === about && one.digest['sha512']?.toLowerCase() === hex,
  );
  if (!isAbout)
    return { check: refused(`the provenance is not about ${about} as it is locked`), origin: null };
  return { check: { state: 'ok', tried: [...tried, 'subject'], by: identity }, origin };
}

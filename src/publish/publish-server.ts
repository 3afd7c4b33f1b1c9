import { imageRecordFile, readImageRecord, type ImageRecord } from '../catalog/image-record.ts';
import { proofFile, readProof, type Proof } from '../catalog/proof.ts';
import type { Server } from '../catalog/server.ts';
import { McpcatError } from '../lib/errors.ts';
import type { Emit } from '../lib/event.ts';
import { jsonText, writeTogether } from '../lib/folders.ts';
import path from 'node:path';
import type { ServerPackage } from './package.ts';
import { checkVerified } from './verified.ts';
import { releaseOf, type Release } from './release.ts';
import { presentTags, send, type Sent, type Target } from './send.ts';
import { signImage, type Signing } from './sign-image.ts';
import type { Seal, Signed } from './signed.ts';
import type { Variant } from './variant.ts';

export interface PublishRequest {
  readonly server: Server;
  /** What the entry as it is now is built into; the one that is verified comes first. */
  readonly variants: readonly [Variant, ...Variant[]];
  /** Packs the images, or opens those that were saved; only called if there is something to do. */
  readonly open: (release: Release) => Promise<ServerPackage>;
  /** That came with saved images, and takes its place beside the entry with them; default: the entry's own. */
  readonly proof?: Proof | undefined;
  /** Undefined: only the digests are computed. */
  readonly target: Target | undefined;
  /** Undefined: it is published unsigned. */
  readonly signing?: Signing | undefined;
  /** Pack and compare although the record says that nothing has changed. */
  readonly force: boolean;
  readonly emit: Emit;
}

export interface PublishOutcome {
  readonly name: string;
  readonly version: string;
  readonly state: 'published' | 'recorded' | 'unchanged';
  readonly digest: string;
  readonly repository: string | null;
  readonly platforms: readonly string[];
  /** Tags that name it now. */
  readonly tags: readonly string[];
  /** What the registry did not have. */
  readonly sent: Sent;
  /** Null if nobody signs, or nothing was published. */
  readonly signed: Signed | null;
  readonly seconds: number;
}

/**
 * Publishes the verified image of an entry: blobs, manifests by digest, the index by digest, signed statements about
 * them, tags, and last the record beside the entry. What the registry has is not sent again; if it has all, nothing is even packed. Rejects with
 * `image-unverified` unless the proof is of what the entry is now.
 */
export async function publishServer(request: PublishRequest): Promise<PublishOutcome> {
  const { server, emit } = request;
  const subject = server.entry.name;
  const started = performance.now();
  emit({ type: 'stage', subject, stage: 'publish', state: 'started' });
  try {
    const done = await publish(request);
    const outcome = { ...done, seconds: (performance.now() - started) / 1000 };
    emit({ type: 'stage', subject, stage: 'publish', ...eventOf(outcome) });
    return outcome;
  } catch (error) {
    emit({ type: 'stage', subject, stage: 'publish', state: 'failed' });
    throw error;
  }
}

type Done = Omit<PublishOutcome, 'seconds'>;

interface Known {
  readonly release: Release;
  readonly record: ImageRecord | undefined;
  readonly proof: Proof;
}

async function publish(request: PublishRequest): Promise<Done> {
  const { server, variants } = request;
  const release = releaseOf(server, variants);
  const proof = checkVerified(
    server.entry,
    request.proof ?? (await readProof(server.folder)),
    variants[0].fingerprint,
  );
  const record = await readImageRecord(server.folder);
  const known = { release, record, proof };
  return (await unchanged(request, known)) ?? publishAnew(request, known);
}

const nothing: Sent = { blobs: 0, bytes: 0 };

/** If the record is of these very inputs and the registry, where one is asked for, holds all that it says. */
async function unchanged(request: PublishRequest, known: Known): Promise<Done | undefined> {
  const { target, force, emit } = request;
  const { release, record, proof } = known;
  if (force || record === undefined) return undefined;
  if (record.version !== release.version || record.inputs !== release.inputs) return undefined;
  const done = { ...outcomeOf(release, record), state: 'unchanged', sent: nothing } as const;
  if (target === undefined) return { ...done, tags: [], signed: null };
  if (record.repository !== addressOf(target)) return undefined;
  const seal = sealOf(request, { record, proof });
  const present = await presentTags(target, { release, digest: record.digest, seal, emit });
  return present === undefined ? undefined : { ...done, ...present };
}

function sealOf(
  { target, signing }: PublishRequest,
  image: { readonly record: ImageRecord; readonly proof: Proof },
): Seal {
  return async (index) => {
    if (target === undefined || signing === undefined) return null;
    const said = await signing.statements(image);
    return signImage(target, { index, said, signer: signing.signer });
  };
}

async function publishAnew(request: PublishRequest, { release, record, proof }: Known): Promise<Done> {
  const { target, emit } = request;
  await using content = await request.open(release);
  if (content.record.inputs !== release.inputs)
    throw new McpcatError(
      'image-unverified',
      `${release.name}: the saved image is of something else than the entry is now`,
      {
        hint: `mcpcat rebuild ${release.name}`,
        inputs: [{ name: 'save' }],
      },
    );
  const same = record?.digest === content.record.digest ? record : undefined;
  if (target === undefined) {
    const { repository = null, published = null } = same ?? {};
    const made = { ...content.record, repository, published };
    await keep(request, { record: made, proof });
    return { ...outcomeOf(release, made), state: 'recorded', tags: [], sent: nothing, signed: null };
  }
  const seal = sealOf(request, { record: content.record, proof });
  const done = await send(target, { release, ...content, seal, emit });
  const repository = addressOf(target);
  const known = same?.repository === repository ? same.published : null;
  const made = { ...content.record, repository, published: known ?? new Date().toISOString().slice(0, 10) };
  await keep(request, { record: made, proof });
  return { ...outcomeOf(release, made), state: 'published', ...done };
}

/** The record, and the proof if it came with the images; the record last, because it stands for both. */
async function keep(
  request: PublishRequest,
  { record, proof }: { readonly record: ImageRecord; readonly proof: Proof },
): Promise<void> {
  const { folder } = request.server;
  await writeTogether(folder, {
    ...(request.proof === undefined ? {} : { [path.basename(proofFile(folder))]: jsonText(proof) }),
    [path.basename(imageRecordFile(folder))]: jsonText(record),
  });
}

function addressOf({ registry, repository }: Target): string {
  return `${registry.host}/${repository}`;
}

function outcomeOf(
  { name, version }: Release,
  { digest, repository, platforms }: ImageRecord,
): Pick<PublishOutcome, 'name' | 'version' | 'digest' | 'repository' | 'platforms'> {
  return { name, version, digest, repository, platforms: Object.keys(platforms) };
}

function eventOf({ state, sent, signed, tags }: PublishOutcome): {
  state: 'done' | 'skipped';
  detail: string;
} {
  const fresh = signed === null || signed.signed === 0 ? '' : `, ${String(signed.signed)} statements signed`;
  if (state === 'unchanged') return { state: 'skipped', detail: `unchanged${fresh}` };
  if (state === 'recorded') return { state: 'done', detail: 'digest recorded' };
  const size = `${String(sent.blobs)} blobs, ${(sent.bytes / 1e6).toFixed(1)} MB sent${fresh}`;
  return { state: 'done', detail: `${size}; ${tags.join(', ')}` };
}

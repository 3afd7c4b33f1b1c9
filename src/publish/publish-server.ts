import {
  imageRecordFile,
  readImageRecord,
  type ImageRecord,
  type PlatformImage,
} from '../catalog/image-record.ts';
import { parseSource } from '../catalog/source.ts';
import type { Server } from '../catalog/server.ts';
import type { Engine } from '../engine/engine.ts';
import { McpcatError } from '../lib/errors.ts';
import type { Emit } from '../lib/event.ts';
import { jsonText, writeWhole } from '../lib/folders.ts';
import { indexOver, platformDescriptor, platformText } from '../registry/push.ts';
import { repackImage, type PackedImage } from '../registry/repack/repack.ts';
import { inputsTag } from './inputs.ts';
import { checkBuilt, checkProved } from './proved.ts';
import { presentTags, send, versionAnnotation, type Release, type Sent, type Target } from './send.ts';
import type { Variant } from './variant.ts';

export interface PublishRequest {
  readonly server: Server;
  readonly engine: Pick<Engine, 'inspectImage' | 'saveImage'>;
  /** The one that is proved comes first; those for other platforms are from the same lock. */
  readonly variants: readonly [Variant, ...Variant[]];
  /** Undefined: only the digests are computed. */
  readonly target: Target | undefined;
  /** Repack and compare although the record says that nothing has changed. */
  readonly force: boolean;
  readonly emit: Emit;
  readonly signal?: AbortSignal | undefined;
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
  readonly sent: { readonly blobs: number; readonly bytes: number };
  readonly seconds: number;
}

/**
 * Publishes the proved image of an entry: blobs, manifests by digest, the index by digest, tags, and last the record
 * beside the entry. What the registry has is not sent again; if it has all, nothing is even repacked. Rejects with
 * `image-unproved` unless the proof is of what the entry is now.
 */
export async function publishServer(request: PublishRequest): Promise<PublishOutcome> {
  const { server, variants, emit } = request;
  const subject = server.entry.name;
  const started = performance.now();
  emit({ type: 'stage', subject, stage: 'publish', state: 'started' });
  try {
    const release = releaseOf(request);
    await checkProved(server, variants[0].fingerprint);
    const record = await readImageRecord(server.folder);
    const done =
      (await unchanged(request, { release, record })) ?? (await publish(request, { release, record }));
    const outcome = outcomeOf(release, { done, seconds: (performance.now() - started) / 1000 });
    emit({ type: 'stage', subject, stage: 'publish', ...eventOf(outcome) });
    return outcome;
  } catch (error) {
    emit({ type: 'stage', subject, stage: 'publish', state: 'failed' });
    throw error;
  }
}

interface Known {
  readonly release: Release;
  readonly record: ImageRecord | undefined;
}

interface Done {
  readonly state: PublishOutcome['state'];
  readonly record: ImageRecord;
  readonly tags: readonly string[];
  readonly sent: Sent;
}

const nothing: Sent = { blobs: 0, bytes: 0 };

function releaseOf({ server: { entry, lock }, variants }: PublishRequest): Release {
  if (lock === undefined) {
    const hint = `mcpcat update ${entry.name}`;
    throw new McpcatError('lock-missing', `${entry.name}: it has no lock yet`, { hint });
  }
  return {
    name: entry.name,
    ecosystem: parseSource(lock.source).kind,
    version: lock.version,
    inputs: inputsOf(variants),
  };
}

function inputsOf(variants: readonly Variant[]): string {
  return inputsTag(Object.fromEntries(variants.map(({ platform, fingerprint }) => [platform, fingerprint])));
}

/** The record, if it is of these very inputs and the registry, where one is asked for, holds all that it says. */
async function unchanged(
  { target, force, emit }: PublishRequest,
  { release, record }: Known,
): Promise<Done | undefined> {
  if (force || record === undefined) return undefined;
  if (record.version !== release.version || record.inputs !== release.inputs) return undefined;
  if (target === undefined) return { state: 'unchanged', record, tags: [], sent: nothing };
  if (record.repository !== addressOf(target)) return undefined;
  const tags = await presentTags(target, { release, digest: record.digest, emit });
  return tags === undefined ? undefined : { state: 'unchanged', record, tags, sent: nothing };
}

async function publish(request: PublishRequest, { release, record }: Known): Promise<Done> {
  const { engine, variants, target, server, emit, signal } = request;
  for (const variant of variants) await checkBuilt(engine, release.name, variant);
  await using scope = new AsyncDisposableStack();
  const images: Packed[] = [];
  for (const variant of variants) {
    const archive = await engine.saveImage(variant.image);
    const image = scope.use(await repackImage(archive, signal === undefined ? {} : { signal }));
    images.push({ image, variant });
  }
  const index = indexOver(
    images.map(({ image }) => platformDescriptor(image)),
    { [versionAnnotation]: release.version },
  );
  const made = recordOf(release, { images, digest: index.digest });
  if (target === undefined) {
    const same =
      record?.digest === made.digest ? { repository: record.repository, published: record.published } : {};
    const kept = { ...made, ...same };
    await writeWhole(imageRecordFile(server.folder), jsonText(kept));
    return { state: 'recorded', record: kept, tags: [], sent: nothing };
  }
  const { tags, sent } = await send(target, {
    release,
    images: images.map(({ image }) => image),
    index,
    emit,
  });
  const published = publishedOn(record, { digest: index.digest, repository: addressOf(target) });
  const whole = { ...made, repository: addressOf(target), published };
  await writeWhole(imageRecordFile(server.folder), jsonText(whole));
  return { state: 'published', record: whole, tags, sent };
}

interface Packed {
  readonly image: PackedImage;
  readonly variant: Variant;
}

function recordOf(
  { version, inputs }: Release,
  { images, digest }: { readonly images: readonly Packed[]; readonly digest: string },
): ImageRecord {
  const platforms = images.map(({ image, variant }): [string, PlatformImage] => [
    platformText(platformDescriptor(image)),
    {
      digest: image.manifest.digest,
      fingerprint: variant.fingerprint,
      compressedBytes: [image.config, ...image.layers].reduce((sum, { size }) => sum + size, 0),
      bytes: image.bytes,
    },
  ]);
  const sorted = Object.fromEntries(platforms.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return { imageVersion: 1, version, repository: null, digest, inputs, platforms: sorted, published: null };
}

/** The same image in the same place keeps its day. */
function publishedOn(
  record: ImageRecord | undefined,
  { digest, repository }: { readonly digest: string; readonly repository: string },
): string {
  const same = record?.digest === digest && record.repository === repository;
  return (same ? record.published : null) ?? new Date().toISOString().slice(0, 10);
}

function addressOf({ registry, repository }: Target): string {
  return `${registry.host}/${repository}`;
}

function outcomeOf(
  { name, version }: Release,
  { done, seconds }: { readonly done: Done; readonly seconds: number },
): PublishOutcome {
  const { state, record, tags, sent } = done;
  const { digest, repository } = record;
  return {
    name,
    version,
    state,
    digest,
    repository,
    platforms: Object.keys(record.platforms),
    tags,
    sent,
    seconds,
  };
}

function eventOf({ state, sent, tags }: PublishOutcome): { state: 'done' | 'skipped'; detail: string } {
  if (state === 'unchanged') return { state: 'skipped', detail: 'unchanged' };
  if (state === 'recorded') return { state: 'done', detail: 'digest recorded' };
  const size = `${String(sent.blobs)} blobs, ${(sent.bytes / 1e6).toFixed(1)} MB sent`;
  return { state: 'done', detail: `${size}; ${tags.join(', ')}` };
}

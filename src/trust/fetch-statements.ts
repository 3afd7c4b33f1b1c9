import { bundleAnnotation, isBundleType } from '../attest/predicates.ts';
import { maxBundleBytes } from '../attest/verify-statement.ts';
import { McpcatError, messageOf } from '../lib/errors.ts';
import { pool } from '../lib/pool.ts';
import {
  imageManifestIn,
  mediaType,
  type Descriptor,
  type PlatformDescriptor,
} from '../registry/content/manifest.ts';
import { getManifest } from '../registry/content/manifests.ts';
import { readBlob } from '../registry/content/read-blob.ts';
import { listReferrers } from '../registry/content/referrers.ts';
import type { Digest } from '../registry/digest.ts';
import type { Registry } from '../registry/registry.ts';
import { maxStatementBytes, maxStatements } from './statement-bounds.ts';

const width = 8;

export interface FetchedStatements {
  /** Bundles as texts; none is believed yet. */
  readonly bundles: readonly string[];
  /** Why others were left out, one line each. */
  readonly unread: readonly string[];
}

export interface Wanted {
  readonly repository: string;
  /** What they must be about. */
  readonly subjects: readonly Digest[];
  /** Types of predicates; others are not fetched, as far as a registry says what they are. Undefined: all. */
  readonly types?: readonly string[];
}

/**
 * The signed statements that a registry has about some manifests: in bounded time, number and size, whatever it says. One
 * that can't be had is left out and said; the list itself must be had. Rejects with what `Registry` rejects with.
 */
export async function fetchStatements(registry: Registry, wanted: Wanted): Promise<FetchedStatements> {
  const { repository, subjects, types } = wanted;
  const lists = await Promise.all(
    [...new Set(subjects)].map((subject) => listReferrers(registry, repository, subject)),
  );
  const candidates = new Map(
    lists.flat().flatMap((found) => (isWanted(found, types) ? [[found.digest, found] as const] : [])),
  );
  const looked = [...candidates.values()].slice(0, maxStatements);
  const unread =
    candidates.size > looked.length
      ? [
          `${registry.host} lists ${String(candidates.size)} statements: the first ${String(maxStatements)} were looked at`,
        ]
      : [];
  const reading: Reading = { registry, repository, budget: maxStatementBytes, blobs: new Map() };
  const read = await pool(looked, width, async ({ digest }) => {
    try {
      return { text: await bundleOf(reading, digest) };
    } catch (error) {
      if (registry.signal?.aborted === true) throw error;
      return { reason: messageOf(error) };
    }
  });
  return {
    bundles: [...new Set(read.flatMap(({ text }) => (text === undefined ? [] : [text])))],
    unread: [...unread, ...read.flatMap(({ reason }) => (reason === undefined ? [] : [reason]))],
  };
}

/**
 * By what a list says of it, which nobody has signed: what it says wrongly is only fetched in vain or missed, and what is
 * missed does not start anything. Some writers leave out the type of an artifact or write that of its configuration.
 */
function isWanted(
  { artifactType, annotations, mediaType: type }: PlatformDescriptor,
  types: Wanted['types'],
): boolean {
  if (type !== mediaType.manifest) return false;
  const isBundle =
    artifactType === undefined || artifactType === mediaType.empty || isBundleType(artifactType);
  const predicate = annotations?.[bundleAnnotation.predicateType];
  return isBundle && (types === undefined || predicate === undefined || types.includes(predicate));
}

interface Reading {
  readonly registry: Registry;
  readonly repository: string;
  /** Bytes that may still be read of all together. */
  budget: number;
  /** One statement is attached to everything that it is about, and read once. */
  readonly blobs: Map<Digest, Promise<string>>;
}

async function bundleOf(reading: Reading, digest: Digest): Promise<string> {
  const { registry, repository, blobs } = reading;
  const subject = `statement ${repository}@${digest}`;
  const { layers } = imageManifestIn(await getManifest(registry, repository, digest), subject);
  const [layer, ...more] = layers;
  if (layer === undefined || more.length > 0)
    throw failed(`${subject}: expected one layer, found ${String(layers.length)}`);
  if (layer.size > maxBundleBytes)
    throw failed(
      `${subject}: expected at most ${String(maxBundleBytes >> 20)} MiB, found ${String(layer.size)} bytes`,
    );
  const known = blobs.get(layer.digest);
  if (known !== undefined) return known;
  if (layer.size > reading.budget)
    throw failed(
      `${subject}: the statements are larger than ${String(maxStatementBytes >> 20)} MiB together`,
    );
  reading.budget -= layer.size;
  const read = textOf(reading, layer);
  blobs.set(layer.digest, read);
  return read;
}

async function textOf({ registry, repository }: Reading, layer: Descriptor): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of readBlob(registry, repository, layer)) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

function failed(message: string): McpcatError {
  return new McpcatError('registry-failed', message);
}

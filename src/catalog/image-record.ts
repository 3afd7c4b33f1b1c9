import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

/**
 * `catalog/<name>/image.json`: which image belongs to the lock of this folder, by digest. Written by `mcpcat publish`
 * alone. The same inputs give the same digests, so it can be known before a registry has the image.
 */
const PlatformImage = z.strictObject({
  /** Of the image manifest, `sha256:…`. */
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  /** Of what it was built from, as its label says. */
  fingerprint: z.string(),
  /** What a pull transfers, and what it takes unpacked. */
  compressedBytes: z.number().int().nonnegative(),
  bytes: z.number().int().nonnegative(),
});

export const ImageRecord = z.strictObject({
  imageVersion: z.literal(1),
  /** Release of the server, as its lock has it. */
  version: z.string(),
  /** `registry.example.com/mcpcat/time`; null if it is in no registry yet. */
  repository: z.string().nullable(),
  /** Of the index over all platforms: the one that `run` and `pull` ask for. */
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  /** Tag that stands for the fingerprints of all platforms that were asked for; some may have been impossible. */
  inputs: z.string(),
  /** By `os/architecture`. */
  platforms: z.record(z.string(), PlatformImage),
  /** Day in UTC, `YYYY-MM-DD`; null if it is in no registry yet. */
  published: z.string().nullable(),
});
export type ImageRecord = z.infer<typeof ImageRecord>;

/** One platform's image of a record. */
export type PlatformImage = z.infer<typeof PlatformImage>;

export function imageRecordFile(folder: string): string {
  return path.join(folder, 'image.json');
}

/** Undefined if there is none, or one that this mcpcat does not understand. */
export async function readImageRecord(folder: string): Promise<ImageRecord | undefined> {
  try {
    return ImageRecord.parse(JSON.parse(await readFile(imageRecordFile(folder), 'utf8')));
  } catch {
    return undefined;
  }
}

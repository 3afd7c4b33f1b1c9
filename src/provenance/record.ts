import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { jsonText } from '../lib/folders.ts';

/** What upstream's services can vouch for, of one release of a server's own package. */
export const checkNames = ['registrySignature', 'provenance', 'checksumDatabase'] as const;
export type CheckName = (typeof checkNames)[number];

/** What was held against what; `ok` says no more than its list. */
const Tried = z.enum(['hash', 'key', 'signature', 'log', 'subject', 'publisher']);
export type Tried = z.infer<typeof Tried>;

const Check = z.discriminatedUnion('state', [
  /** `by`: who says so, in words. */
  z.strictObject({ state: z.literal('ok'), tried: z.array(Tried).min(1), by: z.string() }),
  /** The service answered, and upstream says nothing of this release. */
  z.strictObject({ state: z.literal('absent') }),
  /** The service answered, and what it says does not hold. */
  z.strictObject({ state: z.literal('refused'), reason: z.string() }),
  /** Nobody answered, so nothing is known: never to be taken for `ok` or `absent`. */
  z.strictObject({ state: z.literal('not-checked'), reason: z.string() }),
]);
export type Check = z.infer<typeof Check>;

/** What a release was built from, as its provenance has it. */
const Origin = z.strictObject({
  /** `https://github.com/owner/name`. */
  repository: z.string(),
  /** The workflow's file in its repository; null where it does not say. */
  workflow: z.string().nullable(),
});
export type Origin = z.infer<typeof Origin>;

const Checks = z.partialRecord(z.enum(checkNames), Check);

/** The last that is known for certain: a release that nobody could be asked about leaves it as it was. */
const Known = z.strictObject({
  checks: z.array(z.enum(checkNames)),
  origin: Origin.nullable(),
  publisher: z.string().nullable(),
});
export type Known = z.infer<typeof Known>;

/** `catalog/NAME/upstream.json`: beside the lock and no part of it, because an image does not depend on it. */
const UpstreamRecord = z.strictObject({
  upstreamVersion: z.literal(1),
  /** The release of the server's own package. */
  version: z.string(),
  checks: Checks,
  origin: Origin.nullable(),
  /** Who published it, as the registry has it. */
  publisher: z.string().nullable(),
  known: Known,
});
export type UpstreamRecord = z.infer<typeof UpstreamRecord>;

export const upstreamRecordFile = 'upstream.json';

export function upstreamRecordText(record: UpstreamRecord): string {
  return jsonText(UpstreamRecord.parse(record));
}

/** Undefined if there is none, or one that this mcpcat does not understand: then nothing is known of earlier releases. */
export async function readUpstreamRecord(folder: string): Promise<UpstreamRecord | undefined> {
  try {
    return UpstreamRecord.parse(JSON.parse(await readFile(path.join(folder, upstreamRecordFile), 'utf8')));
  } catch {
    return undefined;
  }
}

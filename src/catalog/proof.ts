import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Entry } from './entry.ts';

/** A figure of the run that gave the proof, not a promise; null if it could not be taken. */
const measured = z.number().int().nonnegative().nullable();

/**
 * `catalog/<name>/proof.json`: what `mcpcat test` has verified about an image, and with which permissions. Written by it
 * alone, when everything passed; a proof that says the same but for its day and its measurements is left as it is.
 */
export const Proof = z.strictObject({
  proofVersion: z.literal(2),
  /** Day in UTC, `YYYY-MM-DD`. */
  date: z.string().regex(/^\d{4}-\d{2}-\d{2}$/),
  /** `fingerprint` is that of what the image was built from, if its label has one; `id` is this engine's. */
  image: z.strictObject({ id: z.string(), fingerprint: z.string().nullable() }),
  /** Only where the image was built on other bases than those of the catalog's locks. */
  bases: z.literal('other').optional(),
  /** Name and version: `docker 28.1.0`. */
  engine: z.string(),
  /** What held the server in beside the engine's default, as the user calls it: `gvisor`. */
  isolation: z.string().optional(),
  /** As `permissionsOf` has it. */
  permissions: z.record(z.string(), z.unknown()),
  /** Declared permissions that worked, and ways around them that were tried and failed. */
  works: z.number().int().nonnegative(),
  refused: z.number().int().nonnegative(),
  tools: z.number().int().nonnegative(),
  /** sha256 of the surface.json that it has seen; proofs from before there was one have none. */
  surface: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  /** What was looked at and found in order, by name; `call` only where the entry has a call to make. */
  checks: z.array(z.string()),
  /** Milliseconds from the moment the container had been started to the answer to `initialize`. */
  initializeMs: measured,
  /** Bytes that the container had while the server was idle. */
  memoryBytes: measured,
  /** Milliseconds from the end of its input to its end. */
  exitMs: measured,
});
export type Proof = z.infer<typeof Proof>;

const fileName = 'proof.json';

export function proofFile(folder: string): string {
  return path.join(folder, fileName);
}

/** Undefined if there is none, or one that this mcpcat does not understand: then it proves nothing. */
export async function readProof(folder: string): Promise<Proof | undefined> {
  try {
    return Proof.parse(JSON.parse(await readFile(proofFile(folder), 'utf8')));
  } catch {
    return undefined;
  }
}

/** The part of an entry that a proof is about. */
export function permissionsOf({ permissions }: Entry): Proof['permissions'] {
  const { network, mounts, state, writable } = permissions;
  return {
    network,
    mounts: mounts.map(({ name, target, mode }) => ({ name, target, mode })),
    state: state.map(({ name, target }) => ({ name, target })),
    writable,
  };
}

/** Whether a proof was made with the permissions that the entry has now. */
export function coversPermissions(proof: Proof, entry: Entry): boolean {
  return JSON.stringify(proof.permissions) === JSON.stringify(permissionsOf(entry));
}

/** What a proof says about an entry as it is now and an image; one sentence. */
export function proofSentence(
  entry: Entry,
  proof: Proof | undefined,
  image: { readonly id: string; readonly fingerprint: string | undefined } | undefined,
): string {
  if (proof === undefined) return `Not verified yet: mcpcat test ${entry.name}`;
  const { date, engine, isolation, works, refused } = proof;
  if (!coversPermissions(proof, entry))
    return `Not verified: its permissions have changed since ${date} (mcpcat test ${entry.name})`;
  const which = image === undefined ? 'an image' : isSame(proof, image) ? 'this image' : 'ANOTHER image';
  const on = proof.bases === undefined ? '' : ' on other bases than the locked ones';
  const held = isolation === undefined ? '' : ` and ${isolation}`;
  return `Verified on ${date} with ${engine}${held}, ${which}${on}: what is declared works (${String(works)} checked), and ${String(refused)} ways around it were tried and failed.${measuresOf(proof)}`;
}

function measuresOf({ initializeMs, memoryBytes }: Proof): string {
  const parts = [
    ...(initializeMs === null ? [] : [`it answered after ${String(initializeMs)} ms`]),
    ...(memoryBytes === null ? [] : [`idle it took ${String(Math.round(memoryBytes / 1e6))} MB`]),
  ];
  return parts.length === 0 ? '' : ` There ${parts.join(', ')}.`;
}

/** The same inputs count as the same image: ids differ from engine to engine. */
function isSame(
  { image }: Proof,
  other: { readonly id: string; readonly fingerprint: string | undefined },
): boolean {
  return image.id === other.id || (image.fingerprint !== null && image.fingerprint === other.fingerprint);
}

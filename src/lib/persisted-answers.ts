import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { writeWhole } from './folders.ts';

/** Raised when the shape of what is kept changes. */
const schemaVersion = 1;

/** An answer to a GET as it is kept between runs: only what was read of it, because a document can have megabytes. */
const PersistedAnswer = z.object({
  schemaVersion: z.literal(schemaVersion),
  url: z.string(),
  etag: z.union([z.string(), z.undefined()]).optional(),
  lastModified: z.union([z.string(), z.undefined()]).optional(),
  value: z.unknown(),
});
type Stored = z.infer<typeof PersistedAnswer>;
export type PersistedAnswer = Omit<Stored, 'schemaVersion'>;

/** Keeps answers in a folder, so that the next request can be a conditional one (RFC 9110, section 13). */
export class PersistedAnswers {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Undefined too for what is damaged or was written by another version: it is asked for anew. */
  async get(url: string): Promise<PersistedAnswer | undefined> {
    const text = await readFile(this.#fileOf(url), 'utf8').catch(() => undefined);
    if (text === undefined) return undefined;
    try {
      const kept = PersistedAnswer.parse(JSON.parse(text));
      return kept.url === url ? kept : undefined;
    } catch {
      return undefined;
    }
  }

  /** What can't be kept only costs time. */
  async put(answer: PersistedAnswer): Promise<void> {
    const text = JSON.stringify({ schemaVersion, ...answer });
    await writeWhole(this.#fileOf(answer.url), text).catch(() => undefined);
  }

  #fileOf(url: string): string {
    return path.join(this.#folder, `${createHash('sha256').update(url).digest('hex')}.json`);
  }
}

/** The headers that make a request for it a conditional one. */
export function conditionsOf(kept: PersistedAnswer | undefined): Record<string, string> {
  if (kept?.etag !== undefined) return { 'if-none-match': kept.etag };
  return kept?.lastModified === undefined ? {} : { 'if-modified-since': kept.lastModified };
}

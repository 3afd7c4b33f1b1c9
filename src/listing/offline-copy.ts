import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { writeWhole } from '../lib/folders.ts';
import { copyFiles, copyVersion, ownText } from './copy-files.ts';

const Facts = z.strictObject({
  copyVersion: z.literal(copyVersion),
  url: z.string(),
  etag: z.string().optional(),
  lastModified: z.string().optional(),
  /** Milliseconds since 1970: when the server last said that this is the newest. */
  checkedAt: z.number(),
  /** When it was last asked in vain; the next launches do not wait for it again. */
  failedAt: z.number().optional(),
  /** Of the copy, in hex: conditions are only sent for the very text that they were given for. */
  sha256: z.string(),
});
type Facts = z.infer<typeof Facts>;

/** The last good answer of an address. */
export interface Copy extends Omit<Facts, 'copyVersion' | 'sha256'> {
  readonly text: string;
}

/** Undefined too for what is damaged, or not ours: it is asked for anew. */
export async function readCopy(cache: string, url: string): Promise<Copy | undefined> {
  const files = copyFiles(cache, url);
  try {
    const { copyVersion: _, sha256, ...facts } = Facts.parse(JSON.parse(ownText(files.facts)));
    const text = await readFile(files.text, 'utf8');
    return facts.url === url && hashOf(text) === sha256 ? { ...facts, text } : undefined;
  } catch {
    return undefined;
  }
}

/** What can't be kept only costs the next start its time. The text first: facts without it would be believed. */
export async function keepCopy(cache: string, { text, ...facts }: Copy): Promise<void> {
  const files = copyFiles(cache, facts.url);
  try {
    await writeWhole(files.text, text);
    await writeWhole(files.facts, JSON.stringify({ copyVersion, ...facts, sha256: hashOf(text) }));
  } catch {
    // A cache that can't be written only costs time.
  }
}

/** The same text, asked for at another time. */
export async function noteAnswer(
  cache: string,
  { text, ...facts }: Copy,
  times: Pick<Facts, 'checkedAt'> | Required<Pick<Facts, 'failedAt'>>,
): Promise<void> {
  const noted = { copyVersion, ...facts, failedAt: undefined, ...times, sha256: hashOf(text) };
  await writeWhole(copyFiles(cache, facts.url).facts, JSON.stringify(noted)).catch(() => undefined);
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

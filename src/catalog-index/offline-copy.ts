import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { writeWhole } from '../lib/folders.ts';
import { copyFiles, copyVersion, readFacts, type Facts } from './copy-files.ts';

/** The last good answer of an address. */
export interface Copy extends Omit<Facts, 'copyVersion' | 'sha256'> {
  readonly text: string;
  /** What lay beside it; undefined if nothing did, or nobody looked. */
  readonly signature: string | undefined;
}

/** Undefined too for what is damaged, or not ours: it is asked for anew. */
export async function readCopy(cache: string, url: string): Promise<Copy | undefined> {
  const known = readFacts(cache, url);
  if (known === undefined) return undefined;
  const { copyVersion: _, sha256, ...facts } = known;
  const words = [facts.etag, facts.lastModified].filter((word) => word !== undefined);
  if (words.some((word) => typeof word !== 'string')) return undefined;
  const text = await readFile(copyFiles(cache, url).text, 'utf8').catch(() => undefined);
  if (text === undefined || hashOf(text) !== sha256) return undefined;
  const signature = await readFile(copyFiles(cache, url).signature, 'utf8').catch(() => undefined);
  return { ...facts, text, signature: facts.signed === null ? undefined : signature };
}

/** What can't be kept only costs the next start its time. The text first: facts without it would be believed. */
export async function keepCopy(cache: string, { text, signature, ...facts }: Copy): Promise<void> {
  const files = copyFiles(cache, facts.url);
  try {
    await writeWhole(files.text, text);
    if (signature !== undefined) await writeWhole(files.signature, signature);
    await writeWhole(files.facts, JSON.stringify({ copyVersion, ...facts, sha256: hashOf(text) }));
  } catch {
    // A cache that can't be written only costs time.
  }
}

/** The same text, asked for at another time. */
export async function noteAnswer(
  cache: string,
  copy: Copy,
  asked: Pick<Facts, 'pinsState'> & (Pick<Facts, 'checkedAt'> | Required<Pick<Facts, 'failedAt'>>),
): Promise<void> {
  const { text, signature: _, ...facts } = copy;
  const noted = { copyVersion, ...facts, failedAt: undefined, ...asked, sha256: hashOf(text) };
  await writeWhole(copyFiles(cache, facts.url).facts, JSON.stringify(noted)).catch(() => undefined);
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

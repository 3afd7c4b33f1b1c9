import { createHash } from 'node:crypto';
import path from 'node:path';
import { z } from 'zod';
import { McpcatError } from '../lib/errors.ts';
import { textIfThere } from '../lib/if-there.ts';
import { jsonText, writeWhole } from '../lib/folders.ts';
import type { Tool } from './tools.ts';

const names = z.array(z.string());

/** What one release offered, as its test saw it. */
const Release = z.strictObject({
  /** Of the server, as its lock has it. */
  version: z.string(),
  /** The day of that test, `YYYY-MM-DD`. */
  date: z.string().regex(/^\d{4}-\d\d-\d\d$/),
  /** How many tools. */
  tools: z.int().nonnegative(),
  /** SHA-256, in hex, over their names, descriptions and schemas. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Names that differ from the one before; null for the first, which there is nothing to compare with. */
  changes: z.strictObject({ added: names, removed: names, changed: names }).nullable(),
});
export type Release = z.infer<typeof Release>;

/**
 * `catalog/NAME/history.json`: how a server's tools have changed, oldest first. Written by whatever writes a proof. No
 * image and no proof depends on it: it can be lost, and begins anew.
 */
const History = z.strictObject({ historyVersion: z.literal(1), releases: z.array(Release).min(1) });

/** Older ones than these are forgotten. */
const maxReleases = 50;

export function historyFile(folder: string): string {
  return path.join(folder, 'history.json');
}

/** None if nothing was recorded. Throws `entry-invalid` for a file that is damaged. */
export async function readHistory(folder: string): Promise<readonly Release[]> {
  const file = historyFile(folder);
  const text = await textIfThere(file);
  if (text === undefined) return [];
  try {
    return History.parse(JSON.parse(text)).releases;
  } catch (error) {
    throw new McpcatError('entry-invalid', `${file}: expected a history as mcpcat test writes it`, {
      hint: 'bring back the committed file, or remove it: it begins anew with the next test',
      cause: error,
    });
  }
}

export interface Tested {
  readonly version: string;
  readonly date: string;
  readonly tools: readonly Tool[];
  /** Of the release before; undefined where nobody knows them. */
  readonly before: readonly Tool[] | undefined;
}

/** With what was tested now at its end; the same as before if it is the same release with the same tools. Pure. */
export function withTested(releases: readonly Release[], tested: Tested): readonly Release[] {
  const { version, date, tools, before } = tested;
  const sha256 = toolsHash(tools);
  const last = releases.at(-1);
  if (last?.version === version && last.sha256 === sha256) return releases;
  // What was reviewed may have been lost, or replaced by hand: then nothing is known of the difference.
  const known = last !== undefined && before !== undefined && toolsHash(before) === last.sha256;
  const changes = known ? changesOf(before, tools) : null;
  return [...releases, { version, date, tools: tools.length, sha256, changes }].slice(-maxReleases);
}

export async function writeHistory(folder: string, releases: readonly Release[]): Promise<void> {
  await writeWhole(historyFile(folder), jsonText({ historyVersion: 1, releases }));
}

function changesOf(before: readonly Tool[], after: readonly Tool[]): NonNullable<Release['changes']> {
  const old = new Map(before.map((tool) => [tool.name, textOf(tool)]));
  const now = new Map(after.map((tool) => [tool.name, textOf(tool)]));
  return {
    added: [...now.keys()].filter((name) => !old.has(name)).toSorted(),
    removed: [...old.keys()].filter((name) => !now.has(name)).toSorted(),
    changed: [...now.keys()].filter((name) => old.has(name) && old.get(name) !== now.get(name)).toSorted(),
  };
}

/** Whatever order they were listed in. */
function toolsHash(tools: readonly Tool[]): string {
  return createHash('sha256').update(tools.map(textOf).toSorted().join('\n')).digest('hex');
}

function textOf({ name, description, schema }: Tool): string {
  return JSON.stringify([name, description, schema]);
}

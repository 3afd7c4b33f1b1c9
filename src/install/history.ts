import { createHash } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { codeOf } from '../lib/error-code.ts';
import { McpcatError } from '../lib/errors.ts';
import { jsonText } from '../lib/folders.ts';
import { makeFolder } from '../lib/make-folder.ts';

/** How many steps can be taken back. */
const maxSteps = 10;

const writtenFile = z.object({
  file: z.string(),
  /** As it was, byte for byte; null if there was none. */
  before: z.string().nullable(),
  /** Hash of what was written; null if it was taken away. */
  after: z.string().nullable(),
});
const step = z.object({ at: z.string(), command: z.string(), files: z.array(writtenFile) });

/** One command's changes, as they can be taken back. */
export type Step = z.infer<typeof step>;

export function hashOf(text: string | undefined): string | null {
  return text === undefined ? null : createHash('sha256').update(text).digest('hex');
}

/** The last step first. A step that can't be read is left out: nothing is restored from it. */
export async function readHistory(
  folder: string,
): Promise<readonly { readonly name: string; readonly step: Step }[]> {
  const names = (await readdir(folder).catch(() => []))
    .filter((name) => /^\d{6}\.json$/.test(name))
    .toSorted()
    .toReversed();
  const steps = await Promise.all(
    names.map(async (name) => {
      const text = await readFile(path.join(folder, name), 'utf8').catch(() => '');
      const parsed = step.safeParse(parse(text));
      return parsed.success ? [{ name, step: parsed.data }] : [];
    }),
  );
  return steps.flat();
}

/**
 * Remembers a step before it is taken, so that nothing is written that can't be taken back. The files of clients hold
 * keys: only their user may read this.
 */
export async function remember(folder: string, taken: Step): Promise<string> {
  await makeFolder(folder, 0o700);
  const names = (await readdir(folder)).filter((name) => /^\d{6}\.json$/.test(name)).toSorted();
  for (const old of names.slice(0, Math.max(0, names.length + 1 - maxSteps)))
    await rm(path.join(folder, old), { force: true });
  for (let number = Number(names.at(-1)?.slice(0, 6) ?? 0) + 1; ; number += 1) {
    const name = `${String(number).padStart(6, '0')}.json`;
    try {
      await writeFile(path.join(folder, name), jsonText(taken), { flag: 'wx', mode: 0o600, flush: true });
      return name;
    } catch (error) {
      // Another install was faster.
      if (codeOf(error) === 'EEXIST') continue;
      throw new McpcatError('io-failed', `can't keep what undo needs in ${folder}`, {
        hint: 'nothing was changed',
        cause: error,
      });
    }
  }
}

export async function forget(folder: string, name: string): Promise<void> {
  await rm(path.join(folder, name), { force: true });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

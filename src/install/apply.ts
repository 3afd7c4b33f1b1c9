import type { Host } from '../host/host.ts';
import { readConfig, refuseChanged, writeConfig } from '../clients/config-file.ts';
import { forget, hashOf, readHistory, remember, type Step } from './history.ts';
import { withLock } from './lock.ts';
import type { PlannedChange } from './plan.ts';

/** Where the steps are kept that can be taken back. */
export interface Places {
  readonly folder: string;
  readonly host: Host;
}

/** Files are written one after the other; what fails is said with what was written before it, and undo takes that back. */
export async function apply(
  changes: readonly PlannedChange[],
  command: string,
  places: Places,
): Promise<readonly PlannedChange[]> {
  const real = changes.filter(({ before, after }) => (before ?? '') !== after);
  if (real.length === 0) return [];
  await withLock(places, async () => {
    // All of them, before the first is written.
    for (const { file, before } of real) await refuseChanged({ file, text: before });
    const files = real.map(({ file, before, after }) => ({
      file,
      before: before ?? null,
      after: hashOf(after),
    }));
    const name = await remember(places.folder, { at: new Date().toISOString(), command, files });
    let written = 0;
    try {
      for (const { file, before, after } of real) {
        await writeConfig({ file, text: before, wanted: after });
        written += 1;
      }
    } catch (error) {
      if (written === 0) await forget(places.folder, name);
      throw error;
    }
  });
  return real;
}

export interface Undone {
  readonly step: Step;
  /** Files of it that are not as it left them: they were left alone. */
  readonly changed: readonly string[];
}

/**
 * Takes the last steps back, byte for byte. A file that somebody has changed since is left alone; the step stays in
 * the history then, for what is left of it.
 */
export async function undo(count: number, places: Places): Promise<readonly Undone[]> {
  return withLock(places, async () => {
    const undone: Undone[] = [];
    for (const { name, step } of (await readHistory(places.folder)).slice(0, count)) {
      const changed: string[] = [];
      for (const { file, before, after } of step.files.toReversed()) {
        const { text } = await readConfig(file);
        // Half of a step may have been written, or half of an undo: what is as before needs nothing.
        if ((text ?? null) === before) continue;
        if (hashOf(text) === after) await writeConfig({ file, text, wanted: before ?? undefined });
        else changed.push(file);
      }
      if (changed.length === 0) await forget(places.folder, name);
      undone.push({ step, changed });
      if (changed.length > 0) break;
    }
    return undone;
  });
}

import type { LockedDeb } from '../debian/locked-deb.ts';
import type { Emit } from '../lib/event.ts';
import { readBaseLock, writeBaseLock } from './base-lock.ts';
import type { BaseKind } from './recipe.ts';
import type { Stage } from './references.ts';

interface Recorded {
  readonly kind: BaseKind;
  readonly stage: Stage;
  readonly platform: string;
  readonly packages: readonly LockedDeb[];
  readonly emit: Emit;
}

/** Writes what a base holds now into its lock, and says what has changed. */
export async function recordPackages(
  templates: string,
  { kind, stage, platform, packages, emit }: Recorded,
): Promise<void> {
  const lock = await readBaseLock(templates, kind, platform);
  const old = new Map(lock[stage].map((entry) => [entry.name, entry]));
  const changed = packages.filter(({ name, sha256 }) => old.get(name)?.sha256 !== sha256);
  // The same packages at a later time are no news.
  if (changed.length === 0 && old.size === packages.length) return;
  for (const { name, version } of old.size === 0 ? [] : changed) {
    const message = `${name} ${old.get(name)?.version ?? '(new)'} → ${version}`;
    emit({ type: 'notice', subject: `${kind}-${stage}`, message });
  }
  await writeBaseLock(templates, { kind, platform, lock: { ...lock, [stage]: packages } });
}

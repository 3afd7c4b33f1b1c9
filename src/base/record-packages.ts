import type { Emit } from '../lib/event.ts';
import { readBaseLock, writeBaseLock, type PlatformLock } from './base-lock.ts';
import type { BaseKind } from './recipe.ts';
import type { Stage } from './references.ts';

interface Recorded<S extends Stage> {
  readonly kind: BaseKind;
  readonly stage: S;
  readonly platform: string;
  readonly packages: readonly PlatformLock[S][number][];
  readonly emit: Emit;
}

/** Writes what a base holds now into its lock, and says what has changed. */
export async function recordPackages<S extends Stage>(
  templates: string,
  { kind, stage, platform, packages, emit }: Recorded<S>,
): Promise<void> {
  const lock = await readBaseLock(templates, kind, platform);
  const old = new Map(lock[stage].map((entry) => [entry.name, entry]));
  const changed = packages.filter(({ name, sha256 }) => old.get(name)?.sha256 !== sha256);
  // The same packages at a later time are no news.
  if (changed.length === 0 && old.size === packages.length && lock[stage].every(({ pool }) => pool)) return;
  for (const { name, version } of old.size === 0 ? [] : changed) {
    const message = `${name} ${old.get(name)?.version ?? '(new)'} → ${version}`;
    emit({ type: 'notice', subject: `${kind}-${stage}`, message });
  }
  await writeBaseLock(templates, { kind, platform, lock: { ...lock, [stage]: packages } });
}

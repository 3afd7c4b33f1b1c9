import type { Lock } from '../catalog/lock.ts';

/** What an update changes below the server itself, each `name version` or `name old → new`. */
export interface DependencyDiff {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
  /** Packages that want to run an install script and did not before. */
  readonly scripts: readonly string[];
}

export function dependencyDiff(before: Lock | undefined, after: Lock): DependencyDiff {
  const old = versionsOf(before);
  const now = versionsOf(after);
  const names = [...new Set([...old.keys(), ...now.keys()])].sort();
  const line = (name: string, versions: string | undefined): string => `${name} ${versions ?? ''}`;
  return {
    added: names.filter((name) => !old.has(name)).map((name) => line(name, now.get(name))),
    removed: names.filter((name) => !now.has(name)).map((name) => line(name, old.get(name))),
    changed: names
      .filter((name) => old.has(name) && now.has(name) && old.get(name) !== now.get(name))
      .map((name) => line(name, `${old.get(name) ?? ''} → ${now.get(name) ?? ''}`)),
    scripts: after.scripts.filter((name) => before?.scripts.includes(name) !== true),
  };
}

/** A tree may hold a package in several versions. */
function versionsOf(lock: Lock | undefined): Map<string, string> {
  const groups = Map.groupBy(lock?.artifacts ?? [], ({ name }) => name);
  return new Map(
    [...groups].map(([name, artifacts]) => [
      name,
      [...new Set(artifacts.map(({ version }) => version))].sort().join(', '),
    ]),
  );
}

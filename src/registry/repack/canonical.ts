import type { TarEntry } from './tar-entry.ts';

/**
 * The entries of a layer in their one canonical form: sorted by the bytes of the name (a folder before what is in it),
 * times no later than `epoch` and never negative, of several entries with one name the last, and of several names of
 * one file the first as the file and the others as hard links to it. Whiteouts are ordinary files and stay.
 */
export function canonicalEntries<T extends TarEntry>(entries: readonly T[], epoch: number): T[] {
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  const owners = ownersOf(byName);
  return [...byName.values()]
    .map((entry) => relinked(entry, byName, owners))
    .map((entry) => ({ ...entry, mtime: Math.max(0, Math.min(entry.mtime, epoch)) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** For each file with several names: the name that holds the content now → the first of its names. */
function ownersOf<T extends TarEntry>(byName: ReadonlyMap<string, T>): ReadonlyMap<string, string> {
  const first = new Map<string, string>();
  for (const entry of byName.values()) {
    const holder = entry.type === 'hardlink' ? holderOf(entry, byName) : undefined;
    if (holder === undefined) continue;
    const known = first.get(holder) ?? holder;
    first.set(holder, entry.name < known ? entry.name : known);
  }
  return first;
}

/** The name at the end of a chain of hard links; undefined if it is not in this layer. */
function holderOf<T extends TarEntry>(entry: T, byName: ReadonlyMap<string, T>): string | undefined {
  let at: T | undefined = entry;
  for (let steps = 0; at?.type === 'hardlink' && steps < 100; steps++) at = byName.get(at.linkName);
  return at === undefined || at.type === 'hardlink' ? undefined : at.name;
}

function relinked<T extends TarEntry>(
  entry: T,
  byName: ReadonlyMap<string, T>,
  owners: ReadonlyMap<string, string>,
): T {
  const holder = entry.type === 'hardlink' ? holderOf(entry, byName) : entry.name;
  const first = holder === undefined ? undefined : owners.get(holder);
  const content = holder === undefined ? undefined : byName.get(holder);
  if (first === undefined || content === undefined) return entry;
  if (entry.name === first) return { ...content, name: entry.name };
  return { ...content, name: entry.name, type: 'hardlink', size: 0, linkName: first, xattrs: new Map() };
}

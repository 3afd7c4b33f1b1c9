import type { DebEntry } from '../debian/deb/deb-entry.ts';
import { McpcatError } from '../lib/errors.ts';

export interface NamedEntries {
  /** For messages: `libc6 2.41-12`. */
  readonly subject: string;
  readonly entries: readonly DebEntry[];
}

/** Folders of the root that are links into `usr` on every Debian since 12, whichever way a package names them. */
const merged = /^(bin|sbin|lib|lib32|lib64|libx32)\//;

/**
 * The files of several packages as one tree, by name. Rejects with `package-refused` where two packages have another
 * file of one name, or something lies beneath what is no folder.
 */
export function mergePackages(packages: readonly NamedEntries[]): Map<string, DebEntry> {
  const tree = new Map<string, DebEntry>();
  const owners = new Map<string, string>();
  for (const { subject, entries } of packages) {
    for (const entry of entries.map(inUsr)) {
      const known = tree.get(entry.name);
      if (known !== undefined && !sameThing(known, entry))
        throw refused(
          subject,
          `"${entry.name}" is in ${owners.get(entry.name) ?? 'another package'} as well`,
        );
      if (known !== undefined) continue;
      tree.set(entry.name, entry);
      owners.set(entry.name, subject);
    }
  }
  for (const { name } of tree.values()) {
    const blocked = ancestorsOf(name).find((above) => (tree.get(above)?.type ?? 'folder') !== 'folder');
    if (blocked !== undefined)
      throw refused(owners.get(name) ?? '', `"${name}" lies beneath "${blocked}", which is no folder`);
  }
  return tree;
}

/** `usr/lib/x` → `usr`, `usr/lib`. */
export function ancestorsOf(name: string): string[] {
  const parts = name.split('/');
  return parts.slice(0, -1).map((_, index) => parts.slice(0, index + 1).join('/'));
}

function inUsr(entry: DebEntry): DebEntry {
  const moved = (name: string): string => (merged.test(name) ? `usr/${name}` : name);
  const linkName = entry.type === 'hardlink' ? moved(entry.linkName) : entry.linkName;
  return { ...entry, name: moved(entry.name), linkName };
}

function sameThing(a: DebEntry, b: DebEntry): boolean {
  if (a.type === 'folder' && b.type === 'folder') return true;
  return a.type === b.type && a.mode === b.mode && a.linkName === b.linkName && a.content.equals(b.content);
}

function refused(subject: string, what: string): McpcatError {
  return new McpcatError('package-refused', `${subject}: ${what}`);
}

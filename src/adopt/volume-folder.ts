import path from 'node:path';

/** Target inside a container → folder of this machine. */
type Volumes = ReadonlyMap<string, string>;

/** The folder or file of this machine that a path in the container is; undefined if none of its volumes has it. */
export function volumeFolder(volumes: Volumes, inside: string): string | undefined {
  const wanted = trimmed(path.posix.normalize(inside));
  const [found] = [...volumes]
    .map(([target, folder]) => ({ target: trimmed(path.posix.normalize(target)), folder }))
    .filter(({ target }) => isWithin(wanted, target))
    // One that is mounted inside another hides what that has there.
    .toSorted((a, b) => b.target.length - a.target.length);
  return found && below(found.folder, wanted.slice(found.target.length));
}

/** Folders of this machine of which nothing is among the mounted ones. Of two that hold it, it counts for the deeper. */
export function unmountedFolders(volumes: Volumes, mounted: readonly string[]): readonly string[] {
  const folders = [...new Set(volumes.values())].toSorted((a, b) => b.length - a.length);
  const used = new Set(mounted.map((one) => folders.find((folder) => isWithin(one, trimmed(folder)))));
  return [...new Set(volumes.values())].filter((folder) => !used.has(folder));
}

/** Whether a folder is one of these or lies below one. */
export function isInside(folder: string, folders: Iterable<string>): boolean {
  return [...folders].some((one) => isWithin(folder, trimmed(one)));
}

/** A host's folder is written as the host writes paths: `C:\data` on Windows. */
function below(folder: string, rest: string): string {
  if (rest === '') return folder;
  return trimmed(folder) + (isWindows(folder) ? rest.replaceAll('/', '\\') : rest);
}

/** Whether it is the folder or lies below it; the folder is written without a slash at its end. */
function isWithin(one: string, folder: string): boolean {
  return one.startsWith(folder) && /^([\\/]|$)/.test(one.slice(folder.length));
}

function trimmed(folder: string): string {
  return folder.replace(isWindows(folder) ? /[\\/]$/ : /\/$/, '');
}

function isWindows(folder: string): boolean {
  return /^([A-Za-z]:)?\\/.test(folder);
}

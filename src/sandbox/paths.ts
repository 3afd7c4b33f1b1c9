import { realpathSync, statSync } from 'node:fs';
import type { Paths } from './sandbox.ts';

/** The machine's own file system. */
export function hostPaths(home: string): Paths {
  return {
    home,
    realPath(path) {
      try {
        return realpathSync(path);
      } catch {
        return undefined;
      }
    },
    ownerOf(path) {
      const facts = statSync(path, { throwIfNoEntry: false });
      return facts === undefined ? undefined : `${String(facts.uid)}:${String(facts.gid)}`;
    },
    isFolder: (path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false,
  };
}

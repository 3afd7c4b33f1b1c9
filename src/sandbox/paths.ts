import { readdirSync, realpathSync, statSync } from 'node:fs';
import os from 'node:os';
import type { Paths } from './sandbox.ts';

/** The machine's own file system. */
export function hostPaths(home: string): Paths {
  return {
    homes: [...new Set([home, ...systemHome()])],
    realPath(path) {
      try {
        return realpathSync(path);
      } catch {
        return undefined;
      }
    },
    ownerOf(path) {
      // Windows has no such owners; its engines show every folder as open to all.
      if (process.platform === 'win32') return undefined;
      const facts = statSync(path, { throwIfNoEntry: false });
      return facts === undefined ? undefined : { uid: facts.uid, gid: facts.gid, mode: facts.mode };
    },
    isFolder: (path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false,
    holdsSocket(path) {
      try {
        return readdirSync(path, { withFileTypes: true }).some((entry) => entry.isSocket());
      } catch {
        return false; // what we can't list, a server of another account can't either
      }
    },
  };
}

/** HOME can be missing or wrong in a client's environment. */
function systemHome(): string[] {
  try {
    return [os.userInfo().homedir];
  } catch {
    return []; // an account without a line in passwd has none
  }
}

import { readdirSync, realpathSync, statSync } from 'node:fs';
import type { Host } from '../host/host.ts';
import { thisHost } from '../host/this-host.ts';
import type { Paths } from './sandbox.ts';

/** The machine's own file system. */
export function hostPaths(home: string, host: Host = thisHost()): Paths {
  return {
    // HOME can be missing or wrong in a client's environment.
    homes: [...new Set([home, host.home({})])],
    realPath(path) {
      try {
        // By the system's own function: on a file system that knows no case it gives the one spelling that is stored.
        return realpathSync.native(host.localPath(path));
      } catch {
        return undefined;
      }
    },
    ownerOf(path) {
      // Windows has no such owners; its engines show every folder as open to all.
      if (host.user === undefined) return undefined;
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

import { closeSync, existsSync, openSync, readdirSync, readSync, realpathSync, statSync } from 'node:fs';
import type { Dirent } from 'node:fs';
import type { Env, Host } from '../host/host.ts';
import { thisHost } from '../host/this-host.ts';
import { projectFolder } from '../lib/project.ts';
import type { PathEntry, Paths } from './sandbox.ts';

/** The machine's own file system. */
export function hostPaths(home: string, host: Host = thisHost(), env: Env = {}): Paths {
  const real = (path: string): string[] => [...new Set([path, realPath(path, host) ?? path])];
  return {
    // HOME can be missing or wrong in a client's environment.
    homes: [...new Set([home, host.home({})])],
    realPath: (path) => realPath(path, host),
    identityOf(path) {
      // Numbers of 64 bits: some file systems use all of them.
      const facts = unlessFailed(() => statSync(path, { throwIfNoEntry: false, bigint: true }));
      return facts === undefined || host.user === undefined
        ? undefined
        : `${String(facts.dev)}:${String(facts.ino)}`;
    },
    keepsIdentity: host.system === 'linux',
    entries: (path) => unlessFailed(() => readdirSync(path, { withFileTypes: true }))?.map(entryOf) ?? [],
    textOf: (path) => unlessFailed(() => textOf(path)),
    // An engine in a virtual machine may confine its containers so, whatever this system does.
    labelled: host.system !== 'linux' || existsSync('/sys/fs/selinux'),
    caseless: host.system !== 'linux',
    // Also by the account's own rules: what a client leaves out of the environment is there all the same.
    get ownFolders() {
      return [env, { HOME: home, USERPROFILE: home }, {}]
        .map((of) => host.folders(of))
        .flatMap(({ config, cache, data }) => [config, cache, data]);
    },
    get programFolders() {
      const searched = (env['PATH'] ?? '')
        .split(host.path.delimiter)
        .filter((folder) => host.path.isAbsolute(folder));
      return [projectFolder(), ...searched].flatMap(real);
    },
    ownerOf(path) {
      // Windows has no such owners; its engines show every folder as open to all.
      if (host.user === undefined) return undefined;
      const facts = statSync(path, { throwIfNoEntry: false });
      return facts === undefined ? undefined : { uid: facts.uid, gid: facts.gid, mode: facts.mode };
    },
    isFolder: (path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false,
    isFile: (path) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false,
    // What we can't list, a server of another account can't either.
    holdsSocket: (path) =>
      unlessFailed(() => readdirSync(path, { withFileTypes: true }).some((entry) => entry.isSocket())) ??
      false,
  };
}

function realPath(path: string, host: Host): string | undefined {
  // By the system's own function: on a file system that knows no case it gives the one spelling that is stored.
  return unlessFailed(() => realpathSync.native(host.localPath(path)));
}

function entryOf(entry: Dirent): PathEntry {
  const kind = entry.isDirectory() ? 'folder' : entry.isSymbolicLink() ? 'link' : 'file';
  return { name: entry.name, kind };
}

const maxTextBytes = 64 * 1024;

/** A pipe or a device is never opened: that would wait for ever. */
function textOf(path: string): string | undefined {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(maxTextBytes);
    return bytes.toString('utf8', 0, readSync(file, bytes, 0, maxTextBytes, 0));
  } finally {
    closeSync(file);
  }
}

function unlessFailed<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}

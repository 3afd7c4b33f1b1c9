import { posix } from 'node:path';
import type { Env, Folders } from './host.ts';
import type { Machine } from './machine.ts';

/**
 * The user's home folder: HOME if it is a path, else the account's (a client may start us without HOME or with a
 * relative one), else a folder of this user alone.
 */
export function unixHome(env: Env, machine: Machine): string {
  const isPath = (home: string | undefined): boolean => home?.startsWith('/') === true;
  // The account is looked up only where it counts: each time costs two files, and a launch asks for folders often.
  const found = isPath(env['HOME']) ? env['HOME'] : machine.accountHome();
  if (found !== undefined && isPath(found)) return found;
  return posix.join(machine.temporaryFolder(), `mcpcat-${String(machine.user?.uid ?? 'nobody')}`);
}

/** A folder by the variable that names its parent, if that is a path: a relative one is none (basedir-spec). */
export function unixFolders(env: Env, standard: Folders): Folders {
  const given = (variable: string, otherwise: string): string => {
    const base = env[variable];
    return base?.startsWith('/') === true ? posix.join(base, 'mcpcat') : otherwise;
  };
  return {
    config: given('XDG_CONFIG_HOME', standard.config),
    cache: given('XDG_CACHE_HOME', standard.cache),
    data: given('XDG_DATA_HOME', standard.data),
  };
}

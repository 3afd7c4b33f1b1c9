import type { Env, Folders, Host } from './host.ts';

/**
 * Our folders as they are below the home, whatever else the environment says: a client hands on few variables, and what
 * a user has agreed to, stored or installed in a terminal is found again from every client.
 */
export function foldersBelowHome({ env, host }: { readonly env: Env; readonly host: Host }): Folders {
  const home = host.home(env);
  return host.folders({ HOME: home, USERPROFILE: home });
}

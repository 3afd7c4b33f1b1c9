import type { Env, Host } from '../host/host.ts';
import { xdgConfig } from '../host/xdg-config.ts';
import type { Client, ClientFile, Scope } from './client.ts';
import type { ServersPlace } from './text/config-text.ts';

export interface Surroundings {
  readonly host: Host;
  readonly env: Env;
  /** The folder of the project. */
  readonly cwd: string;
  readonly exists: (file: string) => boolean;
}

/** Absolute path of a client's file of this scope here; undefined if it has none on this system. */
export function clientFile(client: Client, scope: Scope, around: Surroundings): string | undefined {
  const file = client.files.find(
    (candidate) => candidate.scope === scope && candidate.systems.includes(around.host.system),
  );
  if (file === undefined) return undefined;
  const others = (file.alternatives ?? []).map((path) => absolute({ path }, around));
  const places = [absolute(file, around), ...others];
  return places.find((place) => around.exists(place)) ?? places[0];
}

/** Where a client keeps the servers of this scope in its file. */
export function clientPlace({ files, place }: Client, scope: Scope, { cwd }: Surroundings): ServersPlace {
  const own = files.find((file) => file.scope === scope)?.place;
  return own === undefined
    ? place
    : { ...own, keyPath: own.keyPath.map((key) => (key === '{cwd}' ? cwd : key)) };
}

function absolute(file: Pick<ClientFile, 'path' | 'moved'>, { host, env, cwd }: Surroundings): string {
  const moved = file.moved === undefined ? undefined : env[file.moved.variable];
  const join = (folder: string, below: string): string => host.path.join(folder, ...below.split('/'));
  if (file.moved !== undefined && moved !== undefined && host.path.isAbsolute(moved))
    return join(moved, file.moved.path);
  if (file.path.startsWith('~/')) return join(host.home(env), file.path.slice(2));
  if (file.path.startsWith('{xdg}/')) return join(xdgConfig(host, env), file.path.slice('{xdg}/'.length));
  if (file.path.startsWith('{config}/'))
    return join(host.applicationSettings(env), file.path.slice('{config}/'.length));
  return join(cwd, file.path);
}

import type { Entry } from '../catalog/entry.ts';
import type { ContainerSettings } from '../engine/engine.ts';
import { hostPaths } from '../sandbox/paths.ts';
import { sandboxOf } from '../sandbox/policy.ts';
import { settingsOf } from '../sandbox/settings.ts';

/** A flag of `docker run` with its value; none for a switch. */
export type Flag = readonly [name: string, value?: string];

/**
 * What `docker run` can enforce of an entry's sandbox, from the very settings that the launcher uses. Not among them:
 * settings and folders, which the user hands over, and the network of a server that needs some, because docker knows
 * all of it or none.
 */
export function runFlags(entry: Entry): Flag[] {
  const settings = bareSettings(entry);
  const offline = entry.permissions.network.length === 0;
  return [
    ...(offline ? [['--network', settings.network] as const] : []),
    ['--read-only'],
    ['--user', settings.user],
    ['--ipc', settings.ipc],
    ...(settings.shmBytes === undefined ? [] : [['--shm-size', String(settings.shmBytes)] as const]),
    ...settings.capDrop.map((name): Flag => ['--cap-drop', name]),
    ...settings.securityOptions.map((option): Flag => ['--security-opt', option]),
    ['--memory', String(settings.memoryBytes)],
    ['--memory-swap', String(settings.memoryBytes)],
    ['--cpus', String(settings.nanoCpus / 1e9)],
    ['--pids-limit', String(settings.pids)],
    ['--ulimit', `nofile=${String(settings.nofile)}:${String(settings.nofile)}`],
    ...Object.entries(settings.tmpfs).map(([target, options]): Flag => ['--tmpfs', `${target}:${options}`]),
    ...volumesOf(settings),
  ];
}

/** The sandbox of an entry that nobody has handed anything: no setting, no folder, and so no host of a setting. */
function bareSettings(entry: Entry): ContainerSettings {
  const { permissions } = entry;
  const network = permissions.network.filter((host) => !host.startsWith('{'));
  const bare = { ...entry, env: {}, permissions: { ...permissions, mounts: [], network } };
  const sandbox = sandboxOf(bare, { env: {}, mounts: [], args: [], state: 'kept' }, hostPaths('/'));
  return settingsOf(sandbox, { image: '', labels: {}, autoRemove: true });
}

function volumesOf({ mounts }: ContainerSettings): Flag[] {
  return mounts
    .filter(({ kind }) => kind === 'volume')
    .map(({ source, target }) => ['--mount', `type=volume,src=${source},dst=${target}`]);
}

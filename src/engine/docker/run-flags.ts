import type { ContainerSettings } from '../engine.ts';
import { securityOptions, tmpfsOptions } from './words.ts';

/** A flag of `docker run` with its value; none for a switch. */
export type Flag = readonly [name: string, value?: string];

/**
 * The restrictions of a container in the words of `docker run`. Not among them: its environment, labels, folders of
 * the host and name resolution.
 */
export function runFlags(settings: ContainerSettings): Flag[] {
  const { security, nofile } = settings;
  return [
    ['--network', settings.network],
    ...(settings.runtime === undefined ? [] : [['--runtime', settings.runtime] as const]),
    ...(settings.readOnlyRoot ? [['--read-only'] as const] : []),
    ['--user', settings.user],
    ['--ipc', settings.ipc],
    ...(settings.shmBytes === undefined ? [] : [['--shm-size', String(settings.shmBytes)] as const]),
    ['--cap-drop', 'ALL'],
    ...security.capabilities.map((name): Flag => ['--cap-add', name]),
    ...securityOptions(security).map((option): Flag => ['--security-opt', option]),
    ['--memory', String(settings.memoryBytes)],
    ['--memory-swap', String(settings.memoryBytes)],
    ['--cpus', String(settings.nanoCpus / 1e9)],
    ['--pids-limit', String(settings.pids)],
    ['--ulimit', `nofile=${String(nofile)}:${String(nofile)}`],
    ...settings.tmpfs.map((mount): Flag => ['--tmpfs', `${mount.target}:${tmpfsOptions(mount)}`]),
    ...volumesOf(settings),
  ];
}

function volumesOf({ mounts }: ContainerSettings): Flag[] {
  return mounts
    .filter(({ kind }) => kind === 'volume')
    .map(({ source, target }) => ['--mount', `type=volume,src=${source},dst=${target}`]);
}

import type { ContainerSettings } from '../src/engine/engine.ts';

/** The docker command's flags for the same restrictions, from the very settings that our launcher uses. */
export function dockerFlags(settings: ContainerSettings): string[] {
  return [
    ...['--user', settings.user, '--read-only', '--network', settings.network, '--ipc', settings.ipc],
    ...settings.capDrop.map((name) => `--cap-drop=${name}`),
    ...settings.securityOptions.map((option) => `--security-opt=${option}`),
    ...['--memory', String(settings.memoryBytes), '--memory-swap', String(settings.memoryBytes)],
    ...['--cpus', String(settings.nanoCpus / 1e9), '--pids-limit', String(settings.pids)],
    ...[
      '--ulimit',
      `nofile=${String(settings.nofile)}:${String(settings.nofile)}`,
      '--ulimit',
      'core=0',
      '--log-driver',
      'none',
    ],
    ...Object.entries(settings.sysctls).map(([name, value]) => `--sysctl=${name}=${value}`),
    ...Object.entries(settings.tmpfs).flatMap(([target, options]) => ['--tmpfs', `${target}:${options}`]),
    ...Object.entries(settings.env).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
  ];
}

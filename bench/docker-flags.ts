import { runFlags } from '../src/engine/docker/run-flags.ts';
import type { ContainerSettings } from '../src/engine/engine.ts';

/** The docker command's flags for the same restrictions, from the very settings that our launcher uses. */
export function dockerFlags(settings: ContainerSettings): string[] {
  return [
    ...runFlags(settings).flatMap(([name, value]) => (value === undefined ? [name] : [name, value])),
    ...['--ulimit', 'core=0', '--log-driver', 'none'],
    ...Object.entries(settings.sysctls).map(([name, value]) => `--sysctl=${name}=${value}`),
    ...Object.entries(settings.env).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
  ];
}

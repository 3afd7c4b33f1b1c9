import type { ContainerSettings } from '../engine/engine.ts';
import type { Sandbox } from './sandbox.ts';
import { secretsHandoffOf } from './settings.ts';

/**
 * A container that is parked: its process 1 holds the lease over a process that waits for the end of its input, and the
 * server is started beside them under a second one. Both have the container's environment, and share one network:
 *
 * - only one of them can have sockets for the relay, or tell what ends inside: here the relay opens its own, before the
 *   server starts, and nothing is told;
 * - where there is no relay, process 1 answers for names and sees that there is no network; where there is one, or where a
 *   policy shuts the network, the engine has proved that before (src/engine/kubernetes/prove-network.ts);
 * - each reads a handoff, and the secrets go to the second.
 */
export function parkedSettings(settings: ContainerSettings, sandbox: Sandbox): ContainerSettings {
  const [init = '', ...words] = settings.entrypoint ?? [];
  const { MCPCAT_PORTS: ports, MCPCAT_REPORTS: _reports, MCPCAT_NETWORK: network, ...env } = settings.env;
  const isShut = ports !== undefined || sandbox.isolation?.network === 'kept-out-by-policy';
  const command = [init, '--', init, 'lease'];
  return {
    ...settings,
    entrypoint: [init, ...words],
    env: { ...env, ...(isShut || network === undefined ? {} : { MCPCAT_NETWORK: network }) },
    parked: secretsHandoffOf(sandbox) === undefined ? { command } : { command, input: 'MCPCAT1 0\n' },
  };
}

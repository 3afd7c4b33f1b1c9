import type { ContainerSettings } from '../engine.ts';

/**
 * Processes and threads of one user id on one node (setrlimit(2), RLIMIT_NPROC counts them all together, pods or not), at
 * which a server of ours can make no more. It holds back what multiplies without end, and nothing else: half of the
 * 32,768 process ids that a kernel has where nobody has raised them, and 32 servers with as many as any of the catalog
 * asks for (512).
 */
export const nodeProcesses = 16_384;

/**
 * A command of process 1 (`mcpcat-init -- …`) as one that holds what pods have no field for. An older process 1 does not
 * know the word, and ends with 2 (`olderProcess1`).
 */
export function limited(command: readonly string[], { nofile }: Pick<ContainerSettings, 'nofile'>): string[] {
  const [init = '', ...words] = command;
  if (words[0] !== '--')
    throw new Error(`Internal error: expected process 1 and --, found ${command.join(' ')}`);
  return [init, 'limit', `nofile=${String(nofile)}`, `nproc=${String(nodeProcesses)}`, ...words];
}

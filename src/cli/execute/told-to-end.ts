import type { Terminal } from '../command.ts';

/** Asked to end by a signal. */
export async function told({ host, signal }: Terminal): Promise<void> {
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
    for (const name of host.endSignals) process.on(name, () => resolve());
  });
}

import { darwinHost } from './darwin.ts';
import type { Host } from './host.ts';
import type { Machine } from './machine.ts';
import { windowsHost } from './windows.ts';

/** Undefined for Linux and its likes. A file of its own in the bundle: a launch on Linux does not load it. */
export function otherHost(machine: Machine): Host | undefined {
  if (machine.platform === 'darwin') return darwinHost(machine);
  return machine.platform === 'win32' ? windowsHost(machine) : undefined;
}

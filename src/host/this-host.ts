import { darwinHost } from './darwin.ts';
import type { Host } from './host.ts';
import { linuxHost } from './linux.ts';
import { thisMachine, type Machine } from './machine.ts';
import { windowsHost } from './windows.ts';

/** Another Unix is taken for Linux without /proc: it can say less, and says so. */
export function hostOf(machine: Machine): Host {
  if (machine.platform === 'darwin') return darwinHost(machine);
  return machine.platform === 'win32' ? windowsHost(machine) : linuxHost(machine);
}

let made: Host | undefined;

/** The host that this process runs on. Asks it nothing before a fact is wanted. */
export function thisHost(): Host {
  return (made ??= hostOf(thisMachine()));
}

import type { Host } from './host.ts';
import { linuxHost } from './linux.ts';
import { thisMachine, type Machine } from './machine.ts';
import { once } from './once.ts';
import { otherHost } from './other-hosts.ts';

/** Another Unix is taken for Linux without /proc: it can say less, and says so. */
export function hostOf(machine: Machine): Host {
  const other = machine.platform === 'linux' ? undefined : otherHost(machine);
  return other ?? linuxHost(machine);
}

/** The host that this process runs on. Asks it nothing before a fact is wanted. */
export const thisHost: () => Host = once(() => hostOf(thisMachine()));

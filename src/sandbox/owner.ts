import type { Host } from '../host/host.ts';
import { thisHost } from '../host/this-host.ts';
import type { Labels } from '../engine/engine.ts';
import { digest } from '../lib/digest.ts';
import { label } from '../lib/labels.ts';

/** Who owns a container: enough to tell, from the same host, whether that process still lives. */
export interface Owner {
  /** Digest of machine, process namespace and user (`Host.identity`): we never judge another user's processes. */
  readonly host: string;
  readonly boot: string;
  readonly pid: number;
  /** Start of the process as `Host.startsOf` has it: tells a reused pid apart. */
  readonly started: string;
}

export function ownerText({ host, boot, pid, started }: Owner): string {
  return [host, boot, String(pid), started].join('/');
}

/** Undefined for a text that we did not write. */
export function parseOwner(text: string): Owner | undefined {
  const [host, boot, pid, started, ...rest] = text.split('/');
  if (!host || !boot || !started || rest.length > 0 || !/^\d+$/.test(pid ?? '')) return undefined;
  return { host, boot, pid: Number(pid), started };
}

/** This process. */
export function thisOwner(host: Host = thisHost()): Owner {
  return { host: hostId(host), boot: host.boot(), pid: process.pid, started: host.ownStart() };
}

/** Labels of a container that this process makes. */
export function ownedLabels(labels: Labels): Labels {
  return { ...labels, [label.owner]: ownerText(thisOwner()) };
}

/** Digest of what no other machine, process namespace or user has in common with us. */
function hostId(host: Host): string {
  return digest(host.identity());
}

/**
 * Those who can't be alive, of owners of this host: of another boot, no such process, or another process by that pid.
 * Nobody, where the process table can't be read.
 */
export async function provablyDead(owners: readonly Owner[], host: Host): Promise<ReadonlySet<Owner>> {
  const self = thisOwner(host);
  const ours = owners.filter((owner) => owner.host === self.host);
  const earlier = ours.filter(({ boot }) => boot !== self.boot);
  const rest = ours.filter(({ boot }) => boot === self.boot);
  const starts = rest.length === 0 ? undefined : await host.startsOf(rest.map(({ pid }) => pid));
  const gone = rest.filter(({ pid, started }) => {
    if (starts === undefined) return false;
    const observed = starts.get(pid);
    return observed === undefined || !host.isSameStart(started, observed);
  });
  return new Set([...earlier, ...gone]);
}

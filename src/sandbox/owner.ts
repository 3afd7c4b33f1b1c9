import { readFileSync, readlinkSync } from 'node:fs';
import os from 'node:os';
import { digest } from '../lib/digest.ts';

/** Who owns a container: enough to tell, from the same host, whether that process still lives. */
export interface Owner {
  /**
   * The machine, its pid namespace (a pid means nothing in another one) and the user: another user's processes may
   * be hidden from us (proc(5), hidepid), so we never judge them.
   */
  readonly host: string;
  readonly boot: string;
  readonly pid: number;
  /** Start of the process in clock ticks since boot (proc_pid_stat(5), field 22): tells a reused pid apart. */
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
export function thisOwner(): Owner {
  return { host: hostId(), boot: bootId(), pid: process.pid, started: startOf(process.pid) ?? '0' };
}

function hostId(): string {
  const machine = read('/etc/machine-id') ?? os.hostname();
  return digest(`${machine.trim()}\n${namespace()}\n${String(process.getuid?.() ?? 0)}`);
}

function namespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return 'none'; // not Linux: there is only one
  }
}

function bootId(): string {
  const boot = read('/proc/sys/kernel/random/boot_id')?.trim();
  return boot ?? String(Math.round((Date.now() / 1000 - os.uptime()) / 60));
}

/** Undefined if there is no such process, or only its exit code is left of it: a client may never ask for that. */
export function startOf(pid: number): string | undefined {
  const stat = read(`/proc/${String(pid)}/stat`);
  if (stat !== undefined) {
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  }
  return process.platform !== 'linux' && signalReaches(pid) ? '0' : undefined;
}

function signalReaches(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** True only if the owner can't be alive: same host, and another boot, no such process, or another process by that pid. */
export function isProvablyDead(
  owner: Owner,
  self: Owner,
  startedAt: (pid: number) => string | undefined,
): boolean {
  if (owner.host !== self.host) return false;
  return owner.boot !== self.boot || startedAt(owner.pid) !== owner.started;
}

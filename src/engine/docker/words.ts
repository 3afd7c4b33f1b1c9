import type { HostAddress } from '../engine.ts';
import type { Security, TmpfsMount } from '../restrictions.ts';

/**
 * What a container may do beyond its user's rights, as `--security-opt` and `HostConfig.SecurityOpt` have it, but for
 * the filter of system calls: how that is said differs (dialect.ts), and `docker run` takes it from a file.
 */
export function securityOptions({ noNewPrivileges }: Security): string[] {
  return noNewPrivileges ? ['no-new-privileges'] : [];
}

/** Mount options of a tmpfs, as `--tmpfs` and `HostConfig.Tmpfs` have them. Without uid and gid it is root's. */
export function tmpfsOptions({ bytes, uid, gid, mode, readOnly }: TmpfsMount): string {
  return [
    ...[readOnly ? 'ro' : 'rw', 'nosuid', 'nodev', 'noexec', `size=${String(bytes)}`],
    ...(uid === 0 && gid === 0 ? [] : [`uid=${String(uid)}`, `gid=${String(gid)}`]),
    `mode=${mode.toString(8).padStart(4, '0')}`,
  ].join(',');
}

/** A line of /etc/hosts, as `--add-host` and `HostConfig.ExtraHosts` have it. */
export function hostText({ name, address }: HostAddress): string {
  return `${name}:${address}`;
}

/** What a tmpfs with these options is; undefined if it lacks one of the restrictions that all of ours have. */
export function tmpfsMount(target: string, options: string): TmpfsMount | undefined {
  const all = options.split(',');
  if (['nosuid', 'nodev', 'noexec'].some((needed) => !all.includes(needed))) return undefined;
  const value = (name: string): string =>
    all.findLast((option) => option.startsWith(`${name}=`))?.slice(name.length + 1) ?? '';
  return {
    target,
    bytes: Number(value('size')),
    uid: Number(value('uid')),
    gid: Number(value('gid')),
    mode: Number.parseInt(value('mode'), 8),
    readOnly: all.includes('ro'),
  };
}

/** Engines keep what was dropped and added; Podman writes `ALL` out. */
export function keptCapabilities({
  ordinary,
  dropped,
  added,
}: {
  readonly ordinary: readonly string[];
  readonly dropped: readonly string[];
  readonly added: readonly string[];
}): readonly string[] {
  const [without, more] = [dropped, added].map((names) =>
    names.map((name) => name.toUpperCase().replace(/^CAP_/, '')),
  );
  const gone = new Set(without);
  const kept = gone.has('ALL') ? [] : ordinary.filter((name) => !gone.has(name));
  return [...new Set([...kept, ...(more ?? [])])].sort();
}

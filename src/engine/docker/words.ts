import type { HostAddress, Security, TmpfsMount } from '../engine.ts';

/** What a container may do beyond its user's rights, as `--security-opt` and `HostConfig.SecurityOpt` have it. */
export function securityOptions({ noNewPrivileges }: Security): string[] {
  // Nothing about seccomp: unsaid, the engine's default profile is in force.
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
